package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;

/**
 * Negative logarithm of the summed softmax probability of all classes that come near a pixel, times
 * the mean weight of those classes; near is a square window. Each image's sum is divided by one
 * more than its pixels that have a class near (Zhu et al., "Improving Semantic Segmentation via
 * Video Propagation and Label Relaxation", CVPR 2019, section 3.3, equation 5).
 *
 * <p>Class weights are those of {@link ClassWeights}; a class's share is that of the pixels that it
 * is near, among the same sums of all classes and of what is no class, the outside of the image
 * included.
 */
final class RelaxedBoundary implements LossTerm {
  private static final int[] CLASSES = {1};
  private static final int[] PIXELS = {1, 2};
  private static final int[] AREA = {2, 3};

  private final LossTerms.RelaxedBoundary config;
  private final int classes;
  private final ClassWeights weights;

  RelaxedBoundary(LossTerms.RelaxedBoundary config, int classes) {
    this.config = config;
    this.classes = classes;
    weights = new ClassWeights(config.upperBound(), false, config.scope(), classes);
  }

  /**
   * What depends on the truth alone.
   *
   * @param near (N, classes, H, W), 1 where a class is near
   * @param weights (N, H, W), of the pixels, 0 where no class is near
   */
  private record OfTruth(NDArray near, NDArray weights) implements Truth.Derived {
    @Override
    public NDList arrays() {
      return new NDList(near, weights);
    }
  }

  /** Near classes, the logits of those, and their gradients. */
  @Override
  public int numbersAPixel() {
    return 4 * classes;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    OfTruth ofTruth = truth.derived(this, OfTruth.class, () -> ofTruth(truth.target()));
    NDArray likelihood =
        LossOperators.relaxedLogLikelihood(prediction.logitsAtLabels(), ofTruth.near());
    return Operators.scale(likelihood.mul(ofTruth.weights()).sum(), -1);
  }

  private OfTruth ofTruth(NDArray target) {
    NDArray hot = LossOperators.multiHot(target, classes, config.border());
    NDArray near = hot.get(new NDIndex(":, :{}", classes));
    NDArray perClass = weights.ofCounts(hot.sum(AREA)).get(new NDIndex(":, :{}", classes));
    NDArray number = LossOperators.atLeast(near.sum(CLASSES), 1);
    NDArray meanWeight = near.mul(perClass.reshape(-1, classes, 1, 1)).sum(CLASSES).div(number);
    NDArray counted = LossOperators.atMost(near.sum(CLASSES), 1);
    // Without a pixel that counts it is 1.
    NDArray divisor = counted.sum(PIXELS, true);
    return new OfTruth(near, meanWeight.div(divisor.add(divisor.onesLike())));
  }
}
