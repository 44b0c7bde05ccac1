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
    long[] disk = new long[words.length];
    long[] widened = words.clone();
    int halfWidth = 0;
    // The disk's rows from the outermost to the middle one only grow, each from the one before.
    for (int dy = (int) Math.min(radius, height - 1); dy >= 0; dy--) {
      while (halfWidth < 64 * rowWords && isWithin(halfWidth + 1, dy, radius)) {
        widen(widened);
        halfWidth++;
      }
      merge(widened, dy, disk);
      if (dy > 0) {
        merge(widened, -dy, disk);
      }
    }
    return new BoundaryMask(height, rowWords, disk);
  }

  private static boolean isWithin(double dx, double dy, double radius) {
    return Math.sqrt(dx * dx + dy * dy) <= radius;
  }

  /** Sets the left and right neighbour of every pixel; bits behind a row's end do no harm. */
  private void widen(long[] rows) {
    for (int row = 0; row < rows.length; row += rowWords) {
      long before = 0;
      for (int i = row; i < row + rowWords; i++) {
        long here = rows[i];
        long after = i + 1 < row + rowWords ? rows[i + 1] : 0;
        rows[i] = here | here << 1 | before >>> 63 | here >>> 1 | after << 63;
        before = here;
      }
    }
  }

  private void merge(long[] rows, int dy, long[] into) {
    int shift = dy * rowWords;
    int from = Math.max(0, -shift);
    int to = rows.length - Math.max(0, shift);
    for (int i = from; i < to; i++) {
      into[i + shift] |= rows[i];
    }
  }
}
