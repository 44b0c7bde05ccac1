package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms.Classes;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * What {@link Dice} and {@link Tversky} share: one minus the overlap of predicted and true regions,
 * averaged over the classes.
 *
 * @param exponent of the probabilities in the size of the predicted region
 */
record RegionOverlap(
    double alpha, double beta, double exponent, double smooth, Classes average, Scope scope) {
  private static final int[] IMAGES = {0};
  private static final int[] CLASSES = {1};

  /** Of the sums: those of the truth. */
  private static final NDIndex TRUE = new NDIndex(":, 2");

  /** The sum over the images, a scalar with history. */
  NDArray sumOverImages(Prediction prediction, Truth truth, int classes) {
    boolean batch = scope == Scope.BATCH;
    NDArray sums =
        LossOperators.regionSums(prediction.logitsAtLabels(), truth.oneHot(classes), exponent);
    if (batch) {
      sums = sums.sum(IMAGES, true);
    }
    NDArray costs = LossOperators.tversky(sums, alpha, beta, smooth);
    NDArray means;
    if (average == Classes.ALL) {
      means = Operators.scale(costs.sum(), 1.0 / classes);
    } else {
      NDArray present = LossOperators.atMost(sums.get(TRUE), 1);
      NDArray number = LossOperators.atLeast(present.sum(CLASSES), 1);
      means = costs.mul(present).sum(CLASSES).div(number).sum();
    }
    return Operators.scale(means, batch ? truth.images() : 1);
  }
}
