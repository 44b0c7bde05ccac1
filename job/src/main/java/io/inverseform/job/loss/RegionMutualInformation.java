package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * RMI loss (Zhao et al., "Region Mutual Information Loss for Semantic Segmentation", NeurIPS 2019,
 * equations 10 to 15): the sum of two parts, each with its factor.
 *
 * <ul>
 *   <li>Binary cross-entropies of all classes, summed over classes and pixels and divided by one
 *       more than the pixels that count, in every image or in the worker's batch as a whole.
 *   <li>For every class half the log-determinant of S(y, y) - S(y, p) S(p, p)^-1 S(p, y), divided
 *       by the elements of a region and summed over the classes. S are covariances, as sums and not
 *       means, of labels y and probabilities p over all regions of an image that has been pooled;
 *       5e-4 is added to the diagonals of S(p, p) and of the whole. The part is each image's own;
 *       it may be negative, and is 0 for an image in which nothing counts.
 * </ul>
 *
 * <p>Ignored pixels have label 0 and probability 1e-6.
 */
final class RegionMutualInformation implements LossTerm {
  private static final int[] PIXELS = {1, 2};

  private final LossTerms.RegionMutualInformation config;
  private final int classes;

  RegionMutualInformation(LossTerms.RegionMutualInformation config, int classes) {
    this.config = config;
    this.classes = classes;
  }

  /** Losses and probabilities with their gradients, and six times the regions in float64. */
  @Override
  public int numbersAPixel() {
    return classes * (4 + (config.informationWeight() > 0 ? regions() : 0));
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    NDArray sum = Operators.scale(crossEntropy(prediction, truth), config.crossEntropyWeight());
    if (config.informationWeight() > 0) {
      NDArray information =
          LossOperators.mutualInformation(
              prediction.logitsAtLabels(), truth.oneHot(classes), config.pool(), config.radius());
      sum = sum.add(Operators.scale(information.sum(), config.informationWeight()));
    }
    return sum;
  }

  /** Elements of all regions by pixels of the image, as six float64 numbers each. */
  private int regions() {
    double elements = Math.pow((double) config.radius() / config.pool(), 2);
    return (int) Math.ceil(12 * elements);
  }

  private NDArray crossEntropy(Prediction prediction, Truth truth) {
    NDArray losses =
        LossOperators.sigmoidCrossEntropy(
            prediction.logitsAtLabels(), truth.oneHot(classes), new double[0]);
    NDArray counted = LossOperators.classMask(truth.target(), classes);
    if (config.scope() == Scope.IMAGE) {
      NDArray pixels = counted.sum(PIXELS);
      return losses.sum(PIXELS).div(pixels.add(pixels.onesLike())).sum();
    }
    NDArray pixels = counted.sum();
    return Operators.scale(losses.sum().div(pixels.add(pixels.onesLike())), truth.images());
  }
}
