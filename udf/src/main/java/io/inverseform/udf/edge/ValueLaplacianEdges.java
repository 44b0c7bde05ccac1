package io.inverseform.udf.edge;

/**
 * Laplacian edges of the label map taken as a grey picture: a pixel is an edge if the absolute
 * response reaches the threshold. For comparison; see {@link LaplacianEdges}.
 */
public final class ValueLaplacianEdges extends ValueWindow {
  private static final long serialVersionUID = 1;

  /**
   * Edges that respond at least this much.
   *
   * @param threshold absolute response in class numbers, above 0 and at most 255 times the largest
   *     response to a map of 0 and 1
   * @throws IllegalArgumentException if every pixel or none would reach the threshold
   */
  public ValueLaplacianEdges(Laplacian kernel, double threshold, Border border, Ignored ignored) {
    super(kernel.steepness(), threshold, border, ignored);
  }
}
