package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * Grows sets of pixels by a disk, 64 pixels at a time: a row is widened step by step, and added to
 * every row that its disk reaches at that width.
 */
public final class Dilation {
  private Dilation() {}

  /**
   * The pixels at most so far from one with that id: 1 there, 0 elsewhere.
   *
   * @param map (H, W)
   * @param id 0 to 255
   * @param radius pixels between centres, Euclidean, 1 to 32,000; 1.5 grows by the eight neighbours
   * @throws IllegalArgumentException if the radius is out of range
   */
  public static LabelMap of(LabelMap map, int id, double radius) {
    return of(BitMap.of(map, id), new Disk(radius)).toLabelMap();
  }

  /** The pixels whose disk holds one of the set. */
  static BitMap of(BitMap set, Disk disk) {
    BitMap grown = new BitMap(set.width(), set.height());
    long[] row = new long[set.words()];
    for (int y = 0; y < set.height(); y++) {
      if (!set.copyRow(y, row)) {
        continue;
      }
      int width = 0;
      for (int dy = disk.reach(); dy >= 0; dy--) {
        for (; width < disk.halfWidth(dy); width++) {
          widen(row);
        }
        grown.orRow(y - dy, row);
        grown.orRow(y + dy, row);
      }
    }
    return grown;
  }

  /** The pixels whose disk holds more than one id. */
  static BitMap ofDifferences(LabelMap map, Disk disk) {
    // Every pixel of a disk is joined to its middle by direct neighbours inside the disk: one that
    // differs from the middle comes with a pair of direct neighbours that differ.
    BitMap mixed = ofPairsToTheRight(BitMap.unlikeRight(map), disk);
    mixed.or(ofPairsDownward(BitMap.unlikeBelow(map), disk));
    return mixed;
  }

  /** The pixels whose disk holds both a pixel of the set and the pixel to the right of it. */
  private static BitMap ofPairsToTheRight(BitMap set, Disk disk) {
    BitMap grown = new BitMap(set.width(), set.height());
    long[] row = new long[set.words()];
    for (int y = 0; y < set.height(); y++) {
      if (!set.copyRow(y, row)) {
        continue;
      }
      int width = 0;
      for (int dy = disk.reach(); dy >= 0; dy--) {
        if (disk.halfWidth(dy) > 0) {
          for (; width < disk.halfWidth(dy); width++) {
            if (width == 0) {
              includeRight(row);
            } else {
              widen(row);
            }
          }
          grown.orRow(y - dy, row);
          grown.orRow(y + dy, row);
        }
      }
    }
    return grown;
  }

  /** The pixels whose disk holds both a pixel of the set and the pixel below it. */
  private static BitMap ofPairsDownward(BitMap set, Disk disk) {
    BitMap grown = new BitMap(set.width(), set.height());
    long[] row = new long[set.words()];
    for (int y = 0; y < set.height(); y++) {
      if (!set.copyRow(y, row)) {
        continue;
      }
      int width = 0;
      for (int dy = disk.reach(); dy >= 1; dy--) {
        for (; width < disk.halfWidth(dy); width++) {
          widen(row);
        }
        grown.orRow(y + 1 - dy, row);
        grown.orRow(y + dy, row);
      }
    }
    return grown;
  }

  /** Adds the neighbours to the left and right. */
  private static void widen(long[] row) {
    long before = 0;
    for (int i = 0; i < row.length; i++) {
      long word = row[i];
      long after = i + 1 < row.length ? row[i + 1] : 0;
      row[i] = word | word << 1 | before >>> 63 | word >>> 1 | after << 63;
      before = word;
    }
  }

  /** Adds the neighbours to the right. */
  private static void includeRight(long[] row) {
    long before = 0;
    for (int i = 0; i < row.length; i++) {
      long word = row[i];
      row[i] = word | word << 1 | before >>> 63;
      before = word;
    }
  }
}
