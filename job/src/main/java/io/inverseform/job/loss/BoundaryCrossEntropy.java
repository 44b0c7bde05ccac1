package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Binary cross-entropy with logits in which edges weigh by the share of other pixels and other
 * pixels by the share of edges (Xie and Tu, "Holistically-Nested Edge Detection", ICCV 2015,
 * equation 2), averaged over the pixels that are either, or over all. Instead of the shares, edges
 * can have a fixed weight, other pixels having 1. PIDNet (Xu et al., CVPR 2023, section 3.3) has
 * the balanced one of the batch with the coefficient 20, which is the term's weight in the total.
 */
final class BoundaryCrossEntropy implements LossTerm {
  private final LossConfig.BoundaryCrossEntropy config;

  BoundaryCrossEntropy(LossConfig.BoundaryCrossEntropy config) {
    this.config = config;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    boolean batch = config.scope() == Scope.BATCH;
    int[] counted = batch ? new int[] {0, 1, 2, 3} : new int[] {1, 2, 3};
    NDArray edge = LossOperators.indicator(truth.edges(), 1);
    NDArray other = LossOperators.indicator(truth.edges(), 0);
    NDArray edges = edge.sum(counted, true);
    NDArray others = other.sum(counted, true);
    NDArray pixels = LossOperators.atLeast(edges.add(others), 1);
    NDArray weight =
        config.positiveWeight() == 0
            ? edge.mul(others.div(pixels)).add(other.mul(edges.div(pixels)))
            : Operators.scale(edge, config.positiveWeight()).add(other);
    NDArray losses =
        Operators.binaryCrossEntropy(prediction.boundaryAtLabels(), truth.edges(), weight);
    NDArray sum;
    if (config.average() == Average.ALL) {
      sum = Operators.scale(losses.sum(), 1.0 / (truth.height() * truth.width()));
    } else {
      NDArray means = losses.sum(counted, true).div(pixels).sum();
      sum = Operators.scale(means, batch ? truth.images() : 1);
    }
    return sum;
  }
}
