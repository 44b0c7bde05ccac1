package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Mean cross-entropy of the hardest share of the pixels that count (Wu, Shen, van den Hengel,
 * "Bridging Category-level and Instance-level Semantic Image Segmentation", 2016, section 3.2).
 * With batch scope the ranks are those of the worker's batch.
 */
final class TopK implements LossTerm {
  private final LossTerms.TopK config;
  private final int classes;

  TopK(LossTerms.TopK config, int classes) {
    this.config = config;
    this.classes = classes;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    boolean batch = config.scope() == Scope.BATCH;
    long rows = batch ? 1 : truth.images();
    NDArray counted = LossOperators.classMask(truth.target(), classes).reshape(rows, -1);
    NDArray losses = prediction.negativeLogLikelihood().reshape(rows, -1);
    NDArray means = LossOperators.hardestMean(losses, counted, config.share());
    return Operators.scale(means.sum(), batch ? truth.images() : 1);
  }
}
