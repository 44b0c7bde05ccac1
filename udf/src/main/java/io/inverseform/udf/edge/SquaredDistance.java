package io.inverseform.udf.edge;

import java.util.Arrays;

/**
 * Exact squared Euclidean distances to a set of pixels, separable: distances along the columns
 * first, then along each row the lower envelope of the parabolas that stand on them (Meijster,
 * Roerdink and Hesselink, "A general algorithm for computing distance transforms in linear time",
 * 2000).
 */
final class SquaredDistance {
  /** Where the set is empty. */
  static final int NONE = Integer.MAX_VALUE;

  private final int width;
  private final int height;
  // Positions on the envelope of a row and where each begins to be the lowest.
  private final int[] stands;
  private final int[] begins;
  private final int[] column;

  private SquaredDistance(int width, int height) {
    this.width = width;
    this.height = height;
    stands = new int[width];
    begins = new int[width];
    column = new int[width];
  }

  /**
   * Squared distances from every pixel.
   *
   * @param ids (H, W)
   * @param id what pixels of the set have
   */
  static int[] to(byte[] ids, int width, int height, byte id) {
    SquaredDistance pass = new SquaredDistance(width, height);
    int[] distances = pass.alongColumns(ids, id);
    for (int y = 0; y < height; y++) {
      pass.alongRow(distances, y * width);
    }
    return distances;
  }

  private int[] alongColumns(byte[] ids, byte id) {
    int[] distances = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      int above = i < width ? NONE : distances[i - width];
      distances[i] = ids[i] == id ? 0 : above == NONE ? NONE : above + 1;
    }
    for (int i = ids.length - width - 1; i >= 0; i--) {
      int below = distances[i + width];
      if (below != NONE && below + 1 < distances[i]) {
        distances[i] = below + 1;
      }
    }
    return distances;
  }

  private void alongRow(int[] distances, int row) {
    System.arraycopy(distances, row, column, 0, width);
    int last = -1;
    for (int x = 0; x < width; x++) {
      if (column[x] == NONE) {
        continue;
      }
      while (last >= 0 && at(stands[last], begins[last]) > at(x, begins[last])) {
        last--;
      }
      int begin = last < 0 ? 0 : overtakes(stands[last], x) + 1;
      if (begin < width) {
        last++;
        stands[last] = x;
        begins[last] = begin;
      }
    }
    if (last < 0) {
      Arrays.fill(distances, row, row + width, NONE);
      return;
    }
    for (int x = width - 1; x >= 0; x--) {
      distances[row + x] = Math.toIntExact(at(stands[last], x));
      if (x == begins[last]) {
        last--;
      }
    }
  }

  /** Squared distance from x to the nearest pixel of a column. */
  private long at(int stand, int x) {
    long dx = x - stand;
    long dy = column[stand];
    return dx * dx + dy * dy;
  }

  /** The last position at which the left one of two columns is at least as near. */
  private int overtakes(int left, int right) {
    long squares =
        (long) right * right
            - (long) left * left
            + (long) column[right] * column[right]
            - (long) column[left] * column[left];
    return (int) Math.min(Math.floorDiv(squares, 2L * (right - left)), width);
  }
}
