package io.inverseform.udf.edge;

import java.util.Arrays;

/**
 * Exact Euclidean distances from one side of a boundary to the other, separable: distances along
 * the columns first, then along each row the lower envelope of the parabolas that stand on them
 * (Meijster, Roerdink and Hesselink, "A general algorithm for computing distance transforms in
 * linear time", 2000). Rows are cut at pixels of the other side, beyond which none can be nearer,
 * so that each part is small and every pixel is looked at for its own side only.
 */
final class DistanceTransform {
  /** Farther than any pixel; as many rows can be added to it. */
  private static final int NONE = 1 << 29;

  private final byte[] ids;
  private final int width;
  private final float[] distances;
  // Of a row: distance along the column to the other side, and the same counting from below only.
  private final int[] column;
  private final int[] below;
  // Positions on the envelope of a row, and where each begins to be the lowest.
  private final int[] stands;
  private final int[] begins;
  private final long[] parabolas;
  private final double[] inverses;

  /**
   * Distances of the sides of a map.
   *
   * @param ids (H, W), row by row from the top
   */
  DistanceTransform(byte[] ids, int width, int height) {
    this.ids = ids;
    this.width = width;
    distances = new float[ids.length];
    column = new int[width];
    below = new int[width];
    stands = new int[width];
    begins = new int[width];
    parabolas = new long[width];
    inverses = new double[width + 1];
    for (int i = 1; i <= width; i++) {
      inverses[i] = 1.0 / (2 * i);
    }
  }

  /** (H, W), what has been measured; 0 where nothing was. */
  float[] distances() {
    return distances;
  }

  /**
   * Measures from the pixels of one id to those of another; infinity where there are none.
   *
   * @param sign factor on the distances
   */
  void measure(byte from, byte to, float sign) {
    downColumns(to);
    Arrays.fill(below, NONE);
    for (int row = ids.length - width; row >= 0; row -= width) {
      nearestInColumns(row, to);
      int left = 0;
      while (left < width) {
        int right = left;
        while (right < width && column[right] > 0) {
          right++;
        }
        if (right > left) {
          alongRow(row, left, right, from, sign);
        }
        left = right + 1;
      }
    }
  }

  /** Leaves the distance to the other side above in pixels that are not of the other side. */
  private void downColumns(byte to) {
    int[] above = column;
    Arrays.fill(above, NONE);
    for (int row = 0; row < ids.length; row += width) {
      for (int x = 0; x < width; x++) {
        int distance = ids[row + x] == to ? 0 : above[x] + 1;
        above[x] = distance;
        if (distance > 0) {
          distances[row + x] = distance;
        }
      }
    }
  }

  private void nearestInColumns(int row, byte to) {
    for (int x = 0; x < width; x++) {
      int distance = ids[row + x] == to ? 0 : below[x] + 1;
      below[x] = distance;
      column[x] = distance == 0 ? 0 : Math.min((int) distances[row + x], distance);
    }
  }

  /** Measures the pixels from left to right, end excluded; outside are the frame or other sides. */
  private void alongRow(int row, int left, int right, byte from, float sign) {
    int last = -1;
    int end = Math.min(right, width - 1);
    for (int x = Math.max(left - 1, 0); x <= end; x++) {
      if (column[x] >= NONE) {
        continue;
      }
      parabolas[x] = (long) x * x + (long) column[x] * column[x];
      int begin = left;
      while (last >= 0) {
        begin = overtakes(stands[last], x) + 1;
        if (begin > begins[last]) {
          break;
        }
        begin = left;
        last--;
      }
      if (begin < right) {
        last++;
        stands[last] = x;
        begins[last] = begin;
      }
    }
    if (last < 0) {
      Arrays.fill(distances, row + left, row + right, sign * Float.POSITIVE_INFINITY);
    }
    int until = right;
    for (; last >= 0; last--) {
      long dx = begins[last] - stands[last];
      long square = (long) column[stands[last]] * column[stands[last]];
      for (int x = begins[last]; x < until; x++) {
        distances[row + x] = sign * (float) Math.sqrt(dx * dx + square);
        dx++;
      }
      until = begins[last];
    }
    keep(row, left, right, from);
  }

  private void keep(int row, int left, int right, byte from) {
    for (int x = left; x < right; x++) {
      if (ids[row + x] != from) {
        distances[row + x] = 0;
      }
    }
  }

  /** The last position at which the left one of two columns is at least as near. */
  private int overtakes(int left, int right) {
    long difference = parabolas[right] - parabolas[left];
    long divisor = 2L * (right - left);
    // Division takes longer than all the rest, so it is by a product, which is off by one at most.
    long quotient = (long) (difference * inverses[right - left]);
    long remainder = difference - quotient * divisor;
    if (remainder < 0) {
      quotient--;
    } else if (remainder >= divisor) {
      quotient++;
    }
    return (int) Math.min(quotient, width);
  }
}
