package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.udf.label.LabelMap;

/**
 * Cross-entropy -w[t] log p[t] of the softmax p at a pixel of class t; or, with the sigmoid, the
 * binary cross-entropies of all classes, averaged over them, of which the class's own has the
 * weight: -(w[t] log s[t] + sum of log (1 - s[c]) over the others) / C. Pixels are averaged by
 * {@link PixelMeans}.
 */
final class CrossEntropy implements LossTerm {
  private final LossTerms.CrossEntropy config;
  private final int classes;
  private final ClassConstants weights;
  private final ClassConstants counts;
  private final PixelMeans means;

  /**
   * The configured term.
   *
   * @throws ConfigException if it has not one weight a class, or ignores what is no class
   */
  CrossEntropy(LossTerms.CrossEntropy config, int classes) {
    this.config = config;
    this.classes = classes;
    if (config.ignoreIndex() >= classes && config.ignoreIndex() != LabelMap.IGNORE) {
      throw new ConfigException(
          "loss.terms: term %s has the ignore_index %d, which no label can be: the network has %d classes, and %d is ignored anyway; set it to a class, or leave it out"
              .formatted(config.lossName(), config.ignoreIndex(), classes, LabelMap.IGNORE));
    }
    weights =
        ClassConstants.weights(config.lossName(), config.classWeights(), classes)
            .without(config.ignoreIndex());
    counts = ClassConstants.allBut(config.ignoreIndex(), classes);
    means = new PixelMeans(config.average(), config.scope());
  }

  /** With the sigmoid, losses of the classes and their gradients. */
  @Override
  public int numbersAPixel() {
    return config.useSigmoid() ? 2 * classes : 0;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    NDArray counted = counts.of(truth.target());
    NDArray weight = weights.of(truth.target());
    NDArray losses =
        config.useSigmoid()
            ? oneAgainstTheRest(prediction, truth).mul(counted)
            : prediction.negativeLogLikelihood().mul(weight);
    return means.sumOverImages(losses, counted, weight);
  }

  private NDArray oneAgainstTheRest(Prediction prediction, Truth truth) {
    NDArray ofClasses =
        LossOperators.sigmoidCrossEntropy(
            prediction.logitsAtLabels(), truth.oneHot(classes), weights.values());
    return Operators.scale(ofClasses, 1.0 / classes);
  }
}
