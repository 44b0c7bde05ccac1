package io.inverseform.udf.edge;

/**
 * Sobel edges of the label map taken as a grey picture: a pixel is an edge if the magnitude of the
 * gradient of class numbers reaches the threshold. For comparison; see {@link SobelEdges}.
 */
public final class ValueSobelEdges extends ValueWindow {
  private static final long serialVersionUID = 2;

  /**
   * Edges at least this steep.
   *
   * @param threshold gradient magnitude in class numbers, above 0 and at most 255 times {@link
   *     SobelEdges#MAX_THRESHOLD}; any up to 1 means "above 0"
   * @throws IllegalArgumentException if every pixel or none would reach the threshold
   */
  public ValueSobelEdges(double threshold, Border border, Ignored ignored) {
    super(Steepness.SOBEL, threshold, border, ignored);
  }
}
