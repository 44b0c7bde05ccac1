package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import io.inverseform.job.config.LossTerms;

/**
 * Dice loss 1 - (2 sum of p y + smooth) / (sum of p^exponent + sum of y + smooth) with the softmax
 * p and the truth y of a class, averaged over the classes (Milletari, Navab, Ahmadi, "V-Net", 3DV
 * 2016, section 3, has exponent 2 and no smoothing). Pixels that are ignored are in no sum. With
 * batch scope the regions are those of the worker's batch.
 */
final class Dice implements LossTerm {
  private final int classes;
  private final RegionOverlap overlap;

  Dice(LossTerms.Dice config, int classes) {
    this.classes = classes;
    // Both parts of the fraction are halved.
    overlap =
        new RegionOverlap(
            0.5, 0.5, config.exponent(), config.smooth() / 2, config.classes(), config.scope());
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
