package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.torch.Operators;

/**
 * Binary cross-entropy with logits in which edges weigh by the share of other pixels and other
 * pixels by the share of edges (Xie and Tu, "Holistically-Nested Edge Detection", 2015), averaged
 * over the pixels that are either.
 */
final class BoundaryCrossEntropy implements LossTerm {
  private final LossConfig.BoundaryCrossEntropy config;

  BoundaryCrossEntropy(LossConfig.BoundaryCrossEntropy config) {
    this.config = config;
  }

  @Override
  public String name() {
    return config.lossName();
  }

  @Override
  public double weight() {
    return config.lossWeight();
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    boolean batch = config.scope() == Scope.BATCH;
    int[] counted = batch ? new int[] {0, 1, 2, 3} : new int[] {1, 2, 3};
    try (NDScope step = new NDScope()) {
      step.suppressNotUsedWarning();
      NDArray edge = truth.edges().eq(1).toType(truth.type(), false);
      NDArray other = truth.edges().eq(0).toType(truth.type(), false);
      NDArray edges = edge.sum(counted, true);
      NDArray others = other.sum(counted, true);
      NDArray pixels = edges.add(others).maximum(1);
      NDArray weight = edge.mul(others.div(pixels)).add(other.mul(edges.div(pixels)));
      NDArray losses =
          Operators.binaryCrossEntropy(prediction.boundaryAtLabels(), truth.edges(), weight);
      NDArray means = losses.sum(counted, true).div(pixels).sum();
      NDArray sum = Operators.scale(means, batch ? truth.images() : 1);
      NDScope.unregister(sum);
      return sum;
    }
  }
}
