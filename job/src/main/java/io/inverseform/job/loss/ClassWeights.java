package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.torch.Operators;

/**
 * Weighs rare classes up: w = 1 + upperBound (1 - f) for a class of share f among the pixels that
 * count, 1 for a class that is absent (Zhu et al., "Improving Semantic Segmentation via Video
 * Propagation and Label Relaxation", 2019).
 */
final class ClassWeights {
  private static final int[] PIXELS = {1, 2};

  private final double upperBound;
  private final Scope scope;
  private final int classes;

  ClassWeights(double upperBound, Scope scope, int classes) {
    this.upperBound = upperBound;
    this.scope = scope;
    this.classes = classes;
  }

  /**
   * Weighted means of each image, summed over the images; an image without a pixel that counts
   * gives 0.
   *
   * @param losses of the pixels (N, H, W)
   * @param target train ids (N, H, W), int64; what is no class does not count
   * @return a scalar with the losses' history
   */
  NDArray sumOfMeans(NDArray losses, NDArray target) {
    try (NDScope step = new NDScope()) {
      step.suppressNotUsedWarning();
      NDArray weights = Operators.pick(perClass(target, losses.getDataType()), target);
      // The sum of weights is 0 or at least 1: a smaller divisor is never meant.
      NDArray weightSums = weights.sum(PIXELS).maximum(1);
      NDArray sum = losses.mul(weights).sum(PIXELS).div(weightSums).sum();
      NDScope.unregister(sum);
      return sum;
    }
  }

  /** Weights (N, classes). */
  private NDArray perClass(NDArray target, DataType type) {
    NDArray counts = Operators.classCounts(target, classes).toType(type, false);
    if (scope == Scope.BATCH) {
      counts = counts.sum(new int[] {0}, true).broadcast(counts.getShape());
    }
    NDArray share = counts.div(counts.sum(new int[] {1}, true).maximum(1));
    NDArray present = counts.gt(0).toType(type, false);
    return share.neg().add(1).mul(present).mul(upperBound).add(1);
  }
}
