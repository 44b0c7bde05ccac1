package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.model.InverseTransformNetwork;

/**
 * One term of the total loss, at any output. A term is finite for every legal input: a mean over
 * nothing is 0, with gradients of 0.
 */
interface LossTerm {
  /**
   * The term summed over the images, so that the sums of several workers add up to that of all
   * their images; a term that looks at the batch as a whole gives its mean times the images. It
   * runs in an {@link ai.djl.ndarray.NDScope}, which frees what is left but the result.
   *
   * @return a scalar with history
   */
  NDArray sumOverImages(Prediction prediction, Truth truth);

  /**
   * Float32 numbers that forward and backward pass hold for each of the labels' pixels at a time,
   * about, beside those of {@link Prediction}: the logits at the labels' size, the likelihood that
   * terms share and their gradients.
   */
  default int numbersAPixel() {
    return 0;
  }

  /**
   * The term that a configuration asks for.
   *
   * @param network for {@link InverseForm}; null where there is none
   */
  static LossTerm of(LossConfig.Term config, int classes, InverseTransformNetwork network) {
    if (config instanceof LossConfig.ClassWeightedCrossEntropy term) {
      return new ClassWeightedCrossEntropy(term, classes);
    } else if (config instanceof LossConfig.BoundaryCrossEntropy term) {
      return new BoundaryCrossEntropy(term);
    } else if (config instanceof LossConfig.EdgeAttention term) {
      return new EdgeAttention(term, classes);
    } else if (config instanceof LossConfig.InverseForm term) {
      return new InverseForm(term, classes, network);
    } else if (config instanceof LossTerms.CrossEntropy term) {
      return new CrossEntropy(term, classes);
    } else if (config instanceof LossTerms.OnlineHardExamples term) {
      return new OnlineHardExamples(term, classes);
    } else if (config instanceof LossTerms.TopK term) {
      return new TopK(term, classes);
    } else if (config instanceof LossTerms.Focal term) {
      return new Focal(term, classes);
    } else if (config instanceof LossTerms.Dice term) {
      return new Dice(term, classes);
    } else if (config instanceof LossTerms.Tversky term) {
      return new Tversky(term, classes);
    } else if (config instanceof LossTerms.RelaxedBoundary term) {
      return new RelaxedBoundary(term, classes);
    } else if (config instanceof LossTerms.RegionMutualInformation term) {
      return new RegionMutualInformation(term, classes);
    } else if (config instanceof LossTerms.SignedDistance term) {
      return new SignedDistanceLoss(term, classes);
    }
    throw new IllegalArgumentException("no loss for " + config);
  }
}
