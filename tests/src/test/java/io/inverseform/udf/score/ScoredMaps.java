package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;

/** A true and a predicted label map of overlapping rectangles, for comparison with definitions. */
record ScoredMaps(LabelMap truth, LabelMap prediction) {
  /** Ids that are neither a class nor 255 occur in the truth, too: they are ignored as well. */
  static ScoredMaps random(KeyedRandom random, int width, int height, int classes) {
    byte[] truth = new byte[width * height];
    for (int i = 0; i < 8; i++) {
      int ignored = random.nextInt(2) == 0 ? LabelMap.IGNORE : classes;
      fill(random, truth, width, i == 5 ? ignored : random.nextInt(classes));
    }
    byte[] prediction = truth.clone();
    for (int i = 0; i < prediction.length; i++) {
      // Whatever is predicted there does not matter.
      prediction[i] = (prediction[i] & 0xFF) < classes ? prediction[i] : (byte) (i % 256);
    }
    for (int i = 0; i < 3; i++) {
      fill(random, prediction, width, random.nextInt(classes));
    }
    return new ScoredMaps(
        new LabelMap(width, height, truth), new LabelMap(width, height, prediction));
  }

  private static void fill(KeyedRandom random, byte[] ids, int width, int id) {
    int height = ids.length / width;
    int left = random.nextInt(width);
    int top = random.nextInt(height);
    int right = Math.min(width, left + 1 + random.nextInt(width));
    int bottom = Math.min(height, top + 1 + random.nextInt(height));
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        ids[y * width + x] = (byte) id;
      }
    }
  }

  /** The class of a pixel of either map; -1 beyond the frame and where the truth is no class. */
  int at(LabelMap map, int x, int y, int classes) {
    boolean inside = x >= 0 && y >= 0 && x < map.width() && y < map.height();
    return inside && truth.id(x, y) < classes ? map.id(x, y) : -1;
  }
}
