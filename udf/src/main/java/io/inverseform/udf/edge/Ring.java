package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * The eight neighbours of a pixel in one long: row by row from the top left one, which is in the
 * lowest byte, to the bottom right one.
 */
final class Ring {
  /** Number of neighbours. */
  static final int SIZE = 8;

  private Ring() {}

  /** The neighbours of a pixel. */
  static long of(LabelMap map, int x, int y, Border border) {
    int width = map.width();
    int row = y * width;
    int above = border.before(y, map.height()) * width;
    int below = border.after(y, map.height()) * width;
    byte[] ids = map.ids();
    // Rows are read from x - 1 on, eight bytes at a time.
    if (x > 0 && x + 1 < width && Math.max(row, below) + x + 7 <= ids.length) {
      long upper = EightBytes.at(ids, above + x - 1) & 0xFFFFFF;
      long middle = EightBytes.at(ids, row + x - 1);
      long lower = EightBytes.at(ids, below + x - 1);
      return upper | (middle & 0xFF) << 24 | (middle >>> 16 & 0xFF) << 32 | lower << 40;
    }
    int left = border.before(x, width);
    int right = border.after(x, width);
    return (ids[above + left] & 0xFFL)
        | (ids[above + x] & 0xFFL) << 8
        | (ids[above + right] & 0xFFL) << 16
        | (ids[row + left] & 0xFFL) << 24
        | (ids[row + right] & 0xFFL) << 32
        | (ids[below + left] & 0xFFL) << 40
        | (ids[below + x] & 0xFFL) << 48
        | (ids[below + right] & 0xFFL) << 56;
  }

  /** One of the neighbours, 0 to 255. */
  static int id(long ring, int index) {
    return (int) (ring >>> 8 * index) & 0xFF;
  }

  /** The neighbours that have an id, neighbour i in bit i. */
  static int matches(long ring, int id) {
    return (int) ~EightBytes.nonZero(ring ^ EightBytes.all((byte) id)) & 0xFF;
  }

  /** The ring with one id put in place of another. */
  static long replace(long ring, int id, int replacement) {
    long replaced = EightBytes.ones(matches(ring, id)) * 0xFF;
    return ring & ~replaced | EightBytes.all((byte) replacement) & replaced;
  }
}
