package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;
import java.util.Arrays;

/** What all scores demand of label maps, and how they leave ignored pixels out. */
final class ClassMaps {
  private ClassMaps() {}

  /** Returns the number of classes if there can be that many. */
  static int checkClasses(int classes) {
    if (classes < 1 || classes > LabelMap.IGNORE) {
      throw new IllegalArgumentException("number of classes must be in 1..255, is " + classes);
    }
    return classes;
  }

  static void checkSizes(LabelMap truth, LabelMap prediction) {
    if (truth.width() != prediction.width() || truth.height() != prediction.height()) {
      throw new IllegalArgumentException(
          "prediction is " + prediction + ", the truth " + truth + ": scale it to the truth first");
    }
  }

  /** The truth with {@link LabelMap#IGNORE} wherever it is no class. */
  static LabelMap truth(LabelMap truth, int classes) {
    byte[] ids = truth.ids().clone();
    for (int i = 0; i < ids.length; i++) {
      if ((ids[i] & 0xFF) >= classes) {
        ids[i] = (byte) LabelMap.IGNORE;
      }
    }
    return new LabelMap(truth.width(), truth.height(), ids);
  }

  /**
   * The prediction with {@link LabelMap#IGNORE} wherever the truth is no class.
   *
   * @throws IllegalArgumentException if it is no class where the truth is one
   */
  static LabelMap prediction(LabelMap prediction, LabelMap truth, int classes) {
    byte[] ids = prediction.ids().clone();
    for (int i = 0; i < ids.length; i++) {
      if ((truth.ids()[i] & 0xFF) >= classes) {
        ids[i] = (byte) LabelMap.IGNORE;
      } else {
        checkPrediction(ids[i] & 0xFF, i, classes);
      }
    }
    return new LabelMap(prediction.width(), prediction.height(), ids);
  }

  /** The mean of all values but NaN; NaN without any. */
  static double meanOfNumbers(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  static void checkPrediction(int id, int pixel, int classes) {
    if (id >= classes) {
      throw new IllegalArgumentException(
          "predicted id " + id + " at pixel " + pixel + " is none of " + classes + " classes");
    }
  }
}
