package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.udf.label.LabelMap;

/**
 * Class-weighted cross-entropy over the pixels whose boundary probability is above a threshold
 * (Takikawa et al., "Gated-SCNN", ICCV 2019, section 3.2, the dual task's segmentation part). Class
 * shares are counted over those pixels only; the boundary logits get no gradient.
 */
final class EdgeAttention implements LossTerm {
  private final LossConfig.EdgeAttention config;
  private final ClassWeights weights;

  EdgeAttention(LossConfig.EdgeAttention config, int classes) {
    this.config = config;
    weights = new ClassWeights(config.upperBound(), config.norm(), config.scope(), classes);
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    NDArray target =
        LossOperators.nearEdges(
            truth.target(), prediction.boundaryAtLabels(), config.threshold(), LabelMap.IGNORE);
    return weights.sumOfMeans(prediction.negativeLogLikelihood(), target);
  }
}
