package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Makes the losses of pixels one number: their mean in each image, summed over the images, or the
 * mean of the batch times its images. A mean over nothing is 0.
 */
record PixelMeans(Average average, Scope scope) {
  private static final int[] PIXELS = {1, 2};

  /**
   * The sum over the images.
   *
   * @param losses (N, H, W), weighted, 0 where a pixel does not count
   * @param counted (N, H, W), 1 where a pixel counts and 0 elsewhere
   * @param weights (N, H, W), 0 where a pixel does not count
   * @return a scalar with the losses' history
   */
  NDArray sumOverImages(NDArray losses, NDArray counted, NDArray weights) {
    Shape shape = losses.getShape();
    return switch (average) {
      case SUM -> losses.sum();
      case ALL -> Operators.scale(losses.sum(), 1.0 / (shape.get(1) * shape.get(2)));
      case VALID -> means(losses, counted);
      case WEIGHTS -> means(losses, weights);
    };
  }

  private NDArray means(NDArray losses, NDArray weights) {
    if (scope == Scope.IMAGE) {
      return losses.sum(PIXELS).div(divisor(weights.sum(PIXELS))).sum();
    }
    NDArray mean = losses.sum().div(divisor(weights.sum()));
    return Operators.scale(mean, losses.getShape().get(0));
  }

  /** 1 where there is nothing to divide by. */
  private static NDArray divisor(NDArray sum) {
    return sum.add(LossOperators.indicator(sum, 0));
  }
}
