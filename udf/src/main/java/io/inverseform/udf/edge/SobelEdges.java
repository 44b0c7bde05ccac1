package io.inverseform.udf.edge;

/**
 * Sobel edges per class: every class's map of 0 and 1 is convolved with the 3x3 Sobel kernels, and
 * a pixel is an edge if the largest gradient magnitude of any class reaches the threshold. Class
 * numbers do not matter, only where they differ.
 */
public final class SobelEdges extends ClassWindow {
  private static final long serialVersionUID = 2;

  /** Largest magnitude that a map of 0 and 1 can have: gradients 4 and 2. */
  public static final double MAX_THRESHOLD = Steepness.SOBEL.maximum();

  /** As below, with the border repeated and pixels near ignored ones dropped. */
  public SobelEdges(double threshold) {
    this(threshold, Border.REPEAT, Ignored.DROPPED);
  }

  /**
   * Edges at least this steep.
   *
   * @param threshold gradient magnitude, above 0 and at most {@link #MAX_THRESHOLD}; magnitudes are
   *     roots of integers, so that every threshold up to 1 means "any difference"
   * @throws IllegalArgumentException if every pixel or none would reach the threshold
   */
  public SobelEdges(double threshold, Border border, Ignored ignored) {
    super(Steepness.SOBEL, threshold, border, ignored);
  }
}
