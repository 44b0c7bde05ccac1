package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;

/** Label maps for comparison with plain definitions. */
final class RandomMaps {
  private RandomMaps() {}

  /** Six rectangles of few classes, some of them ignored, on class 0. */
  static LabelMap blocks(KeyedRandom random, int width, int height) {
    byte[] ids = new byte[width * height];
    for (int block = 0; block < 6; block++) {
      byte id = id(random, 7);
      int left = random.nextInt(width);
      int right = left + random.nextInt(width);
      int top = random.nextInt(height);
      int bottom = top + random.nextInt(height);
      for (int y = top; y <= Math.min(bottom, height - 1); y++) {
        for (int x = left; x <= Math.min(right, width - 1); x++) {
          ids[y * width + x] = id;
        }
      }
    }
    return new LabelMap(width, height, ids);
  }

  /** One class, and single pixels of others. */
  static LabelMap specks(KeyedRandom random, int width, int height) {
    byte[] ids = new byte[width * height];
    for (int i = random.nextInt(6); i > 0; i--) {
      ids[random.nextInt(ids.length)] = id(random, 3);
    }
    return new LabelMap(width, height, ids);
  }

  private static byte id(KeyedRandom random, int oneInIgnored) {
    return (byte) (random.nextInt(oneInIgnored) == 0 ? LabelMap.IGNORE : random.nextInt(4));
  }
}
