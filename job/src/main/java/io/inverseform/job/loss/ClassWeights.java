package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Weighs rare classes up: w = 1 + upperBound (1 - f) for a class of share f among the pixels that
 * count, or 1 + upperBound / f with norm, 1 for a class that is absent (Zhu et al., "Improving
 * Semantic Segmentation via Video Propagation and Label Relaxation", CVPR 2019, its published
 * training code). With batch scope the shares are those of the worker's batch.
 */
final class ClassWeights {
  private static final int[] PIXELS = {1, 2};

  private final double upperBound;
  private final boolean norm;
  private final Scope scope;
  private final int classes;

  ClassWeights(double upperBound, boolean norm, Scope scope, int classes) {
    this.upperBound = upperBound;
    this.norm = norm;
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
    NDArray weights = Operators.pick(ofCounts(Operators.classCounts(target, classes)), target);
    // The sum of weights is 0 or at least 1: a smaller divisor is never meant.
    NDArray weightSums = LossOperators.atLeast(weights.sum(PIXELS), 1);
    return losses.mul(weights).sum(PIXELS).div(weightSums).sum();
  }

  /**
   * The weights by the counts of pixels.
   *
   * @param counts (N, C), of the classes and of whatever else has a part in their shares
   * @return (N, C)
   */
  NDArray ofCounts(NDArray counts) {
    return LossOperators.classWeights(counts, scope == Scope.BATCH, upperBound, norm);
  }
}
