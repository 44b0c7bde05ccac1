package io.inverseform.udf.edge;

/**
 * Laplacian edges per class: every class's map of 0 and 1 is convolved with a 3x3 Laplacian, and a
 * pixel is an edge if the largest absolute response of any class reaches the threshold. Unlike
 * Sobel's, the two sides of a straight boundary respond alike, and corners respond more.
 */
public final class LaplacianEdges extends ClassWindow {
  private static final long serialVersionUID = 1;

  /**
   * Edges that respond at least this much.
   *
   * @param threshold absolute response, above 0 and at most 4 for the cross, 8 for the diagonal
   * @throws IllegalArgumentException if every pixel or none would reach the threshold
   */
  public LaplacianEdges(Laplacian kernel, double threshold, Border border, Ignored ignored) {
    super(kernel.steepness(), threshold, border, ignored);
  }
}
