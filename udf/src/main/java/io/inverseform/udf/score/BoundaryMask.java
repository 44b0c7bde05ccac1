package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;

/** The boundary pixels of one class in one label map, a bit a pixel. */
final class BoundaryMask {
  private final int height;
  private final int rowWords;
  private final long[] words;

  private BoundaryMask(int width, int height) {
    this(height, (width + 63) >> 6, new long[height * ((width + 63) >> 6)]);
  }

  private BoundaryMask(int height, int rowWords, long[] words) {
    this.height = height;
    this.rowWords = rowWords;
    this.words = words;
  }

  /**
   * The boundaries of every class: pixels that differ from their right, lower or lower right
   * neighbour in belonging to the class.
   *
   * @param map ids; those of no class belong to nothing
   * @return by class; null for a class without any
   */
  static BoundaryMask[] of(LabelMap map, int classes) {
    BoundaryMask[] masks = new BoundaryMask[classes];
    for (int y = 0; y < map.height(); y++) {
      int lower = Math.min(y + 1, map.height() - 1);
      for (int x = 0; x < map.width(); x++) {
        int right = Math.min(x + 1, map.width() - 1);
        int id = map.id(x, y);
        mark(masks, map, x, y, id, map.id(right, y));
        mark(masks, map, x, y, id, map.id(x, lower));
        mark(masks, map, x, y, id, map.id(right, lower));
      }
    }
    return masks;
  }

  private static void mark(
      BoundaryMask[] masks, LabelMap map, int x, int y, int id, int neighbour) {
    if (id != neighbour) {
      set(masks, map, x, y, id);
      set(masks, map, x, y, neighbour);
    }
  }

  private static void set(BoundaryMask[] masks, LabelMap map, int x, int y, int id) {
    if (id >= masks.length) {
      return;
    }
    if (masks[id] == null) {
      masks[id] = new BoundaryMask(map.width(), map.height());
    }
    masks[id].words[y * masks[id].rowWords + (x >> 6)] |= 1L << x;
  }

  /** Pixels set. */
  long count() {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** Pixels set here that are also set in another mask of the same size. */
  long countIn(BoundaryMask other) {
    long count = 0;
    for (int i = 0; i < words.length; i++) {
      count += Long.bitCount(words[i] & other.words[i]);
    }
    return count;
  }

  /**
   * Every pixel whose offset (dx, dy) to a pixel set here has dx² + dy² ≤ radius².
   *
   * @param radius pixels, 0 or more, not necessarily whole
   */
  BoundaryMask dilated(double radius) {
    int[] halfWidths = halfWidths(radius);
    long[] disk = new long[words.length];
    long[] row = new long[rowWords];
    for (int y = 0; y < height; y++) {
      if (!copyRow(y, row)) {
        continue;
      }
      int width = 0;
      // The disk's rows from the outermost to the middle one only grow, each from the one before.
      for (int dy = halfWidths.length - 1; dy >= 0; dy--) {
        for (; width < halfWidths[dy]; width++) {
          widen(row);
        }
        merge(row, y - dy, disk);
        if (dy > 0) {
          merge(row, y + dy, disk);
        }
      }
    }
    return new BoundaryMask(height, rowWords, disk);
  }

  /** Of the disk's rows from the middle one outward, as far as they can reach. */
  private int[] halfWidths(double radius) {
    int[] halfWidths = new int[(int) Math.min(radius, height - 1) + 1];
    int width = (int) Math.min(radius, 64 * rowWords);
    for (int dy = 0; dy < halfWidths.length; dy++) {
      while (Math.sqrt((double) width * width + (double) dy * dy) > radius) {
        width--;
      }
      halfWidths[dy] = width;
    }
    return halfWidths;
  }

  /** Returns whether there is a pixel in that row, and then copies it. */
  private boolean copyRow(int y, long[] into) {
    long any = 0;
    for (int i = 0; i < rowWords; i++) {
      into[i] = words[y * rowWords + i];
      any |= into[i];
    }
    return any != 0;
  }

  /** Sets the left and right neighbour of every pixel; bits behind a row's end do no harm. */
  private static void widen(long[] row) {
    long before = 0;
    for (int i = 0; i < row.length; i++) {
      long here = row[i];
      long after = i + 1 < row.length ? row[i + 1] : 0;
      row[i] = here | here << 1 | before >>> 63 | here >>> 1 | after << 63;
      before = here;
    }
  }

  private void merge(long[] row, int y, long[] into) {
    if (y >= 0 && y < height) {
      for (int i = 0; i < rowWords; i++) {
        into[y * rowWords + i] |= row[i];
      }
    }
  }
}
