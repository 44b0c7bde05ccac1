package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.model.InverseTransformNetwork;

/**
 * One term of the total loss at one output. A term is finite for every legal input: a mean over
 * nothing is 0, with gradients of 0.
 */
interface LossTerm {
  /** Name under which the term is logged. */
  String name();

  /** Factor of the term in the total. */
  double weight();

  /**
   * The term summed over the images, so that the sums of several workers add up to that of all
   * their images; a term that looks at the batch as a whole gives its mean times the images.
   *
   * @return a scalar with history
   */
  NDArray sumOverImages(Prediction prediction, Truth truth);

  /**
   * The term that a configuration asks for.
   *
   * @param network for {@link InverseForm}; null where there is none
   */
  static LossTerm of(LossConfig.Term config, int classes, InverseTransformNetwork network) {
    if (config instanceof LossConfig.CrossEntropy term) {
      return new ClassWeightedCrossEntropy(term, classes);
    } else if (config instanceof LossConfig.BoundaryCrossEntropy term) {
      return new BoundaryCrossEntropy(term);
    } else if (config instanceof LossConfig.EdgeAttention term) {
      return new EdgeAttention(term, classes);
    } else if (config instanceof LossConfig.InverseForm term) {
      return new InverseForm(term, network);
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
