package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Boundary loss (Kervadec et al., "Boundary loss for highly unbalanced segmentation", MIDL 2019,
 * equation 5): the mean over classes and pixels that count of the softmax probability of a class
 * times the signed distance from its true boundary, below 0 inside. A class without a boundary in
 * the image has distances of 0. It is the lowest, below 0, where the prediction is right, and is
 * meant beside a term that looks at regions.
 */
final class SignedDistanceLoss implements LossTerm {
  private final LossTerms.SignedDistance config;
  private final int classes;
  private final PixelMeans means;

  SignedDistanceLoss(LossTerms.SignedDistance config, int classes) {
    this.config = config;
    this.classes = classes;
    means = new PixelMeans(Average.VALID, config.scope());
  }

  /** Distances, softmax and its gradient. */
  @Override
  public int numbersAPixel() {
    return 3 * classes;
  }

  /**
   * The term.
   *
   * @throws IllegalArgumentException if the truth has no distances
   */
  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    NDArray distances = truth.distances(config.lossName(), classes);
    NDArray counted = LossOperators.classMask(truth.target(), classes);
    NDArray expected =
        LossOperators.expectedDistance(prediction.logitsAtLabels(), distances).mul(counted);
    NDArray losses = Operators.scale(expected, 1.0 / classes);
    return means.sumOverImages(losses, counted, counted);
  }
}
