package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * RMI loss (Zhao et al., "Region Mutual Information Loss for Semantic Segmentation", NeurIPS 2019,
 * equations 10 to 15): binary cross-entropies of all classes, summed over the classes and divided
 * by one more than the pixels that count, and, each with its factor, for every class half the
 * log-determinant of Cov(y) - Cov(y, p) Cov(p)^-1 Cov(y, p)^T over all regions of a pooled image,
 * divided by the elements of a region and summed over the classes. The latter may be negative; it
 * is 0 for an image in which nothing counts. Ignored pixels have label 0 and probability 1e-6.
 */
final class RegionMutualInformation implements LossTerm {
  private static final int[] PIXELS = {1, 2};

  private final LossTerms.RegionMutualInformation config;
  private final int classes;

  RegionMutualInformation(LossTerms.RegionMutualInformation config, int classes) {
    this.config = config;
    this.classes = classes;
  }

  @Override
  public String name() {
    return config.lossName();
  }

  @Override
  public double weight() {
    return config.lossWeight();
  }

  /**
   * The term.
   *
   * @throws IllegalArgumentException if a pooled image has no region
   */
  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    require(truth.height(), truth.width());
    try (NDScope step = new NDScope()) {
      step.suppressNotUsedWarning();
      NDArray sum = Operators.scale(crossEntropy(prediction, truth), config.crossEntropyWeight());
      if (config.informationWeight() > 0) {
        NDArray information =
            LossOperators.mutualInformation(
                prediction.logitsAtLabels(), truth.target(), config.pool(), config.radius());
        sum = sum.add(Operators.scale(information.sum(), config.informationWeight()));
      }
      NDScope.unregister(sum);
      return sum;
    }
  }

  private void require(long height, long width) {
    if (pooled(height) < config.radius() || pooled(width) < config.radius()) {
      throw new IllegalArgumentException(
          "loss term %s has regions of %d x %d pixels, but labels of %d x %d are %d x %d after pooling"
              .formatted(
                  config.lossName(),
                  config.radius(),
                  config.radius(),
                  height,
                  width,
                  pooled(height),
                  pooled(width)));
    }
  }

  private long pooled(long side) {
    int pool = config.pool();
    return pool == 1 ? side : (side + pool / 2 * 2 - pool) / pool + 1;
  }

  private NDArray crossEntropy(Prediction prediction, Truth truth) {
    NDArray losses =
        LossOperators.sigmoidCrossEntropy(
            prediction.logitsAtLabels(), truth.target(), new double[0]);
    NDArray counted = LossOperators.classMask(truth.target(), classes);
    if (config.scope() == Scope.IMAGE) {
      NDArray pixels = counted.sum(PIXELS);
      return losses.sum(PIXELS).div(pixels.add(pixels.onesLike())).sum();
    }
    NDArray pixels = counted.sum();
    return Operators.scale(losses.sum().div(pixels.add(pixels.onesLike())), truth.images());
  }
}
