package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossTerms;

/**
 * Tversky loss 1 - (TP + smooth) / (TP + alpha FP + beta FN + smooth) with soft counts of the
 * softmax: TP probability inside of a class's region, FP outside, FN what is missing inside;
 * averaged over the classes (Salehi, Erdogmus, Gholipour, "Tversky Loss Function for Image
 * Segmentation Using 3D Fully Convolutional Deep Networks", MLMI 2017, equation 4). Pixels that are
 * ignored are in no sum. With batch scope the regions are those of the worker's batch.
 */
final class Tversky implements LossTerm {
  private final int classes;
  private final RegionOverlap overlap;

  Tversky(LossTerms.Tversky config, int classes) {
    this.classes = classes;
    overlap =
        new RegionOverlap(
            config.alpha(), config.beta(), 1, config.smooth(), config.classes(), config.scope());
  }

  /** Softmax, what counts of it, its power, and their gradients. */
  @Override
  public int numbersAPixel() {
    return 4 * classes;
  }

  @Override
  public NDArray sumOverImages(Prediction prediction, Truth truth) {
    return overlap.sumOverImages(prediction, truth, classes);
  }
}
