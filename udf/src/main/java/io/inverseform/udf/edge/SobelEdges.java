package io.inverseform.udf.edge;

/**
 * Sobel edges per class: every class's map of 0 and 1 is convolved with the 3x3 Sobel kernels, and
 * a pixel is an edge if the largest gradient magnitude of any class reaches the threshold. Class
 * numbers do not matter, only where they differ.
 */
public final class SobelEdges extends Window3x3 {
  private static final long serialVersionUID = 1;

  /** Largest magnitude that a map of 0 and 1 can have: gradients 4 and 2. */
  public static final double MAX_THRESHOLD = Math.sqrt(20);

  private final int leastSquare;

  /**
   * Edges at least this steep.
   *
   * @param threshold gradient magnitude, above 0 and at most {@link #MAX_THRESHOLD}; magnitudes are
   *     roots of integers, so that every threshold up to 1 means "any difference"
   */
  public SobelEdges(double threshold) {
    if (!(threshold > 0 && threshold <= MAX_THRESHOLD)) {
      throw new IllegalArgumentException(
          "Sobel threshold must be above 0 and at most "
              + MAX_THRESHOLD
              + ", the largest magnitude there is; is "
              + threshold);
    }
    leastSquare = leastSquare(threshold);
  }

  /** The least integer whose root reaches the threshold, whatever rounding does. */
  static int leastSquare(double threshold) {
    int square = (int) (threshold * threshold);
    while (Math.sqrt(square) < threshold) {
      square++;
    }
    return Math.max(square, 1);
  }

  @Override
  boolean edge(int nw, int n, int ne, int w, int e, int sw, int s, int se) {
    // Around the ring, a class's first pixel after another class stands for the whole run.
    return nw != w && steep(nw, nw, n, ne, w, e, sw, s, se)
        || n != nw && steep(n, nw, n, ne, w, e, sw, s, se)
        || ne != n && steep(ne, nw, n, ne, w, e, sw, s, se)
        || e != ne && steep(e, nw, n, ne, w, e, sw, s, se)
        || se != e && steep(se, nw, n, ne, w, e, sw, s, se)
        || s != se && steep(s, nw, n, ne, w, e, sw, s, se)
        || sw != s && steep(sw, nw, n, ne, w, e, sw, s, se)
        || w != sw && steep(w, nw, n, ne, w, e, sw, s, se);
  }

  private boolean steep(int id, int nw, int n, int ne, int w, int e, int sw, int s, int se) {
    int cornerSe = is(se, id) - is(nw, id);
    int cornerNe = is(ne, id) - is(sw, id);
    int gx = cornerNe + cornerSe + 2 * (is(e, id) - is(w, id));
    int gy = cornerSe - cornerNe + 2 * (is(s, id) - is(n, id));
    return gx * gx + gy * gy >= leastSquare;
  }

  private static int is(int value, int id) {
    return value == id ? 1 : 0;
  }
}
