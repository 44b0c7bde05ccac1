package io.inverseform.udf.edge;

import java.io.Serializable;

/** The pixels whose centres lie within a radius of a pixel's centre. */
final class Disk implements Serializable {
  private static final long serialVersionUID = 1;

  /** So wide that squares of distances still fit into an int. */
  static final int MAX_RADIUS = 32_000;

  private final int[] halfWidths;

  /**
   * A disk.
   *
   * @param radius pixels, at least 1: a smaller disk holds nothing but its middle
   */
  Disk(double radius) {
    if (!(radius >= 1 && radius <= MAX_RADIUS)) {
      throw new IllegalArgumentException(
          "radius must be 1 to " + MAX_RADIUS + " pixels, is " + radius);
    }
    halfWidths = new int[(int) radius + 1];
    int width = (int) radius;
    for (int dy = 0; dy < halfWidths.length; dy++) {
      while (Math.sqrt((double) width * width + (double) dy * dy) > radius) {
        width--;
      }
      halfWidths[dy] = width;
    }
  }

  /** Rows above and below the middle. */
  int reach() {
    return halfWidths.length - 1;
  }

  /** Pixels to the left and right of the middle in a row 0 to {@link #reach()} away from it. */
  int halfWidth(int dy) {
    return halfWidths[dy];
  }
}
