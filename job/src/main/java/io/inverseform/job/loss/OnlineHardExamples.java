package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.config.LossTerms.HardAverage;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import io.inverseform.udf.label.LabelMap;

/**
 * Cross-entropy of the pixels whose true class has a probability below max(threshold, p of rank
 * minKept), the least probable first, averaged over them or over all pixels (Shrivastava et al.,
 * "Training Region-based Object Detectors with Online Hard Example Mining", CVPR 2016, in the form
 * that Yuan et al., "Object-Contextual Representations", 2020, have for pixels). With batch scope
 * the ranks are those of the worker's batch and minKept counts for each of its images.
 *
 * <p>With a threshold on the boundary probability other pixels do not count, as in the edge part of
 * DecoupledSegNets (Li et al., "Improving Semantic Segmentation via Decoupled Body and Edge
 * Supervision", ECCV 2020, section 3.4). Boundary logits get no gradient.
 */
final class OnlineHardExamples implements LossTerm {
  private static final int[] PIXELS = {1};

  private final LossTerms.OnlineHardExamples config;
  private final int classes;

  OnlineHardExamples(LossTerms.OnlineHardExamples config, int classes) {
    this.config = config;
    this.classes = classes;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    NDArray losses = prediction.negativeLogLikelihood();
    NDArray kept = kept(losses, target(prediction, truth));
    NDArray ranked = losses.reshape(kept.getShape()).mul(kept);
    NDArray sum;
    if (config.average() == HardAverage.ALL) {
      sum = Operators.scale(ranked.sum(), 1.0 / (truth.height() * truth.width()));
    } else {
      NDArray number = LossOperators.atLeast(kept.sum(PIXELS), 1);
      NDArray means = ranked.sum(PIXELS).div(number).sum();
      sum = Operators.scale(means, config.scope() == Scope.BATCH ? truth.images() : 1);
    }
    return sum;
  }

  private NDArray target(Prediction prediction, Truth truth) {
    return config.edgeThreshold() == 0
        ? truth.target()
        : LossOperators.nearEdges(
            truth.target(), prediction.boundaryAtLabels(), config.edgeThreshold(), LabelMap.IGNORE);
  }

  /**
   * Which pixels are hard: those whose loss is above the lower of two limits, that of the threshold
   * and the loss of rank minKept, from the largest, of rank 0. Both are compared as -log p:
   * probabilities near 1 that round to the same number still differ in it.
   *
   * @param losses -log p (N, H, W)
   * @param target (N, H, W), int64; what is no class does not count
   * @return (rows, pixels), 1 or 0, a row an image or all in one
   */
  NDArray kept(NDArray losses, NDArray target) {
    long images = target.getShape().get(0);
    long rows = config.scope() == Scope.BATCH ? 1 : images;
    NDArray counted = LossOperators.classMask(target, classes).reshape(rows, -1);
    NDArray ranked = losses.reshape(rows, -1);
    return LossOperators.above(ranked, counted, limit(ranked, counted, images / rows));
  }

  private NDArray limit(NDArray losses, NDArray counted, long images) {
    double highest = -Math.log(config.threshold());
    return LossOperators.hardLimit(losses, counted, highest, config.minKept() * images);
  }
}
