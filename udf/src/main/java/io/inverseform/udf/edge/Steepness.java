package io.inverseform.udf.edge;

/**
 * How steep a 3x3 window is: the root of the sum of the squares of its kernels' responses. Squares
 * are kept, as they are exact.
 */
enum Steepness {
  SOBEL("Sobel", 20, Kernel3x3.SOBEL_X, Kernel3x3.SOBEL_Y),
  LAPLACIAN_CROSS("Laplacian", 16, Kernel3x3.LAPLACIAN_CROSS),
  LAPLACIAN_DIAGONAL("Laplacian", 64, Kernel3x3.LAPLACIAN_DIAGONAL);

  /** What the windows of a map of 0 and 1 can look like: the ring's bits and that of the middle. */
  private static final int PATTERNS = 1 << Ring.SIZE + 1;

  private final String title;
  private final int maxSquare;
  private final Kernel3x3[] kernels;
  private final int[] squareByPattern = new int[PATTERNS];

  Steepness(String title, int maxSquare, Kernel3x3... kernels) {
    this.title = title;
    this.maxSquare = maxSquare;
    this.kernels = kernels;
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
      squareByPattern[pattern] = square(EightBytes.ones(pattern), pattern >> Ring.SIZE);
    }
  }

  /** The steepest that a map of values from 0 to 1 can be; other ranges are in proportion. */
  double maximum() {
    return Math.sqrt(maxSquare);
  }

  /** The square of the steepness at a pixel with that ring. */
  int square(long ring, int middle) {
    int sum = 0;
    for (Kernel3x3 kernel : kernels) {
      int response = kernel.at(ring, middle);
      sum += response * response;
    }
    return sum;
  }

  /** The square of the steepness of a window of 0 and 1: bit i is pixel i of the ring. */
  int squareOfPattern(int ringBits, boolean middle) {
    return squareByPattern[middle ? ringBits | 1 << Ring.SIZE : ringBits];
  }

  /**
   * The least square that reaches a threshold.
   *
   * @param range the largest value that pixels can have
   * @throws IllegalArgumentException if every window or none would reach it
   */
  int leastSquare(double threshold, int range) {
    double most = maximum() * range;
    if (!(threshold > 0 && threshold <= most)) {
      throw new IllegalArgumentException(
          title
              + " threshold must be above 0 and at most "
              + most
              + ", the largest magnitude there is; is "
              + threshold);
    }
    return leastSquare(threshold);
  }

  /** The least integer above 0 whose root reaches the threshold, whatever rounding does. */
  static int leastSquare(double threshold) {
    int square = (int) (threshold * threshold);
    while (square > 0 && Math.sqrt(square - 1) >= threshold) {
      square--;
    }
    while (Math.sqrt(square) < threshold) {
      square++;
    }
    return Math.max(square, 1);
  }
}
