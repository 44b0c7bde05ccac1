package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/** The 3x3 kernels of the edge operators, applied as correlation. */
public enum Kernel3x3 {
  /** Horizontal derivative: [-1 0 1; -2 0 2; -1 0 1]. */
  SOBEL_X(0, -1, 0, 1, -2, 2, -1, 0, 1),

  /** Vertical derivative: [-1 -2 -1; 0 0 0; 1 2 1]. */
  SOBEL_Y(0, -1, -2, -1, 0, 0, 1, 2, 1),

  /** Laplacian over the four nearest: [0 1 0; 1 -4 1; 0 1 0]. */
  LAPLACIAN_CROSS(-4, 0, 1, 0, 1, 1, 0, 1, 0),

  /** Laplacian over the four corners: [2 0 2; 0 -8 0; 2 0 2]. */
  LAPLACIAN_DIAGONAL(-8, 2, 0, 2, 0, 0, 2, 0, 2);

  private final int middleWeight;
  private final int[] ringWeights;

  Kernel3x3(int middleWeight, int... ringWeights) {
    this.middleWeight = middleWeight;
    this.ringWeights = ringWeights;
  }

  /** The response to a pixel and its {@link Ring}. */
  int at(long ring, int middle) {
    int sum = middleWeight * middle;
    for (int i = 0; i < Ring.SIZE; i++) {
      sum += ringWeights[i] * Ring.id(ring, i);
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
    int at = 0;
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        responses[at++] = at(Ring.of(map, x, y, border), map.id(x, y));
      }
    }
    return responses;
  }
}
