package io.inverseform.udf.edge;

/**
 * Sobel edges of the label map taken as a grey picture: the plain textbook form, for comparison.
 * Steepness depends on class numbers, and differences on either side can cancel.
 */
public final class ValueSobelEdges extends Window3x3 {
  private static final long serialVersionUID = 1;

  private final double leastSquare;

  /**
   * Edges at least this steep.
   *
   * @param threshold gradient magnitude in class numbers, above 0; any up to 1 means "above 0"
   */
  public ValueSobelEdges(double threshold) {
    if (!(threshold > 0)) {
      throw new IllegalArgumentException("Sobel threshold must be above 0, is " + threshold);
    }
    leastSquare = threshold * threshold;
  }

  @Override
  boolean edge(int nw, int n, int ne, int w, int e, int sw, int s, int se) {
    int gx = ne - nw + 2 * (e - w) + se - sw;
    int gy = sw - nw + 2 * (s - n) + se - ne;
    return gx * gx + gy * gy >= leastSquare;
  }
}
