package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * The 3x3 kernels of the edge operators, applied as correlation. A window is given as its eight
 * outer pixels clockwise from the top left corner, then its middle.
 */
public enum Kernel3x3 {
  /** Horizontal derivative: [-1 0 1; -2 0 2; -1 0 1]. */
  SOBEL_X(-1, 0, 1, 2, 1, 0, -1, -2, 0),

  /** Vertical derivative: [-1 -2 -1; 0 0 0; 1 2 1]. */
  SOBEL_Y(-1, -2, -1, 0, 1, 2, 1, 0, 0),

  /** Laplacian over the four nearest: [0 1 0; 1 -4 1; 0 1 0]. */
  LAPLACIAN_CROSS(0, 1, 0, 1, 0, 1, 0, 1, -4),

  /** Laplacian over the four corners: [2 0 2; 0 -8 0; 2 0 2]. */
  LAPLACIAN_DIAGONAL(2, 0, 2, 0, 2, 0, 2, 0, -8);

  /** Number of pixels in a window. */
  static final int SIZE = 9;

  private final int[] weights;

  Kernel3x3(int... weights) {
    this.weights = weights;
  }

  /** The response to one window. */
  int at(int[] window) {
    int sum = 0;
    for (int i = 0; i < SIZE; i++) {
      sum += weights[i] * window[i];
    }
    return sum;
  }

  /**
   * The signed response to a map of numbers.
   *
   * @param map (H, W), 0 to 255; ignored pixels are the number 255
   * @return (H, W), row by row from the top
   */
  public int[] convolve(LabelMap map, Border border) {
    int[] responses = new int[map.ids().length];
    int[] window = new int[SIZE];
    int at = 0;
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        fill(window, map, x, y, border);
        responses[at++] = at(window);
      }
    }
    return responses;
  }

  private static void fill(int[] window, LabelMap map, int x, int y, Border border) {
    int above = border.before(y, map.height());
    int below = border.after(y, map.height());
    int left = border.before(x, map.width());
    int right = border.after(x, map.width());
    window[0] = map.id(left, above);
    window[1] = map.id(x, above);
    window[2] = map.id(right, above);
    window[3] = map.id(right, y);
    window[4] = map.id(right, below);
    window[5] = map.id(x, below);
    window[6] = map.id(left, below);
    window[7] = map.id(left, y);
    window[8] = map.id(x, y);
  }
}
