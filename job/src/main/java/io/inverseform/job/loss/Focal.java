package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Focal loss -w[t] (1 - p[t])^gamma log p[t] of the softmax p at a pixel of class t; or, with the
 * sigmoid, the same of every class against the rest with alpha for its own pixels and 1 - alpha for
 * others, averaged over the classes (Lin et al., "Focal Loss for Dense Object Detection", ICCV
 * 2017, equation 5). Pixels are averaged by {@link PixelMeans}.
 */
final class Focal implements LossTerm {
  private final LossTerms.Focal config;
  private final int classes;
  private final ClassConstants weights;
  private final PixelMeans means;

  /**
   * The configured term.
   *
   * @throws ConfigException if it has not one weight a class
   */
  Focal(LossTerms.Focal config, int classes) {
    this.config = config;
    this.classes = classes;
    weights = ClassConstants.weights(config.lossName(), config.classWeights(), classes);
    means = new PixelMeans(config.average(), config.scope());
  }

  /** With the sigmoid, losses of the classes, what is missing, its power, and their gradients. */
  @Override
  public int numbersAPixel() {
    return config.useSigmoid() ? 6 * classes : 0;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    NDArray counted = LossOperators.classMask(truth.target(), classes);
    NDArray weight = weights.of(truth.target());
    NDArray losses =
        config.useSigmoid()
            ? oneAgainstTheRest(prediction, truth)
            : LossOperators.focal(prediction.negativeLogLikelihood(), config.gamma()).mul(weight);
    return means.sumOverImages(losses, counted, weight);
  }

  private NDArray oneAgainstTheRest(Prediction prediction, Truth truth) {
    NDArray ofClasses =
        LossOperators.sigmoidFocal(
            prediction.logitsAtLabels(), truth.oneHot(classes), config.gamma(), config.alpha());
    return Operators.scale(ofClasses, 1.0 / classes);
  }
}
