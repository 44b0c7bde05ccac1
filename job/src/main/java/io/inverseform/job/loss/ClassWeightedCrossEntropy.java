package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;

/** Cross-entropy with {@link ClassWeights}: the weighted mean of each image, summed over images. */
final class ClassWeightedCrossEntropy implements LossTerm {
  private final ClassWeights weights;

  ClassWeightedCrossEntropy(LossConfig.ClassWeightedCrossEntropy config, int classes) {
    weights = new ClassWeights(config.upperBound(), config.norm(), config.scope(), classes);
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    return weights.sumOfMeans(prediction.negativeLogLikelihood(), truth.target());
  }
}
