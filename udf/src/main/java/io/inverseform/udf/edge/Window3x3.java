package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import java.util.Arrays;

/**
 * An edge operator that looks at a pixel and its eight neighbours: an edge is where the window is
 * steep enough. Most windows lie inside one region and are skipped eight at a time, so that only
 * the others cost anything.
 */
abstract class Window3x3 implements EdgeOperator {
  private static final long serialVersionUID = 2;

  private final int leastSquare;
  private final Border border;
  private final Ignored ignored;

  Window3x3(int leastSquare, Border border, Ignored ignored) {
    this.leastSquare = leastSquare;
    this.border = border;
    this.ignored = ignored;
  }

  /**
   * The square of the steepness of a window.
   *
   * @param window ids, in the order of {@link Kernel3x3}, not all the same
   * @param enough any square from here on may be returned for a larger one
   */
  abstract int square(int[] window, int enough);

  @Override
  public final Ignored ignored() {
    return ignored;
  }

  @Override
  public final LabelMap edges(LabelMap trainIds) {
    int width = trainIds.width();
    byte[] edges = new byte[trainIds.ids().length];
    int[] squares = new int[width];
    int[] window = new int[Kernel3x3.SIZE];
    for (int y = 0; y < trainIds.height(); y++) {
      if (row(trainIds, y, leastSquare, window, squares)) {
        for (int x = 0; x < width; x++) {
          edges[y * width + x] = (byte) (squares[x] >= leastSquare ? 1 : 0);
        }
      }
    }
    return new LabelMap(width, trainIds.height(), edges);
  }

  /**
   * What the threshold is applied to, the same for every threshold.
   *
   * @param trainIds (H, W), classes and {@link LabelMap#IGNORE}
   * @return (H, W), at least 0, row by row from the top
   */
  public final float[] magnitudes(LabelMap trainIds) {
    int width = trainIds.width();
    float[] magnitudes = new float[trainIds.ids().length];
    int[] squares = new int[width];
    int[] window = new int[Kernel3x3.SIZE];
    for (int y = 0; y < trainIds.height(); y++) {
      if (row(trainIds, y, Integer.MAX_VALUE, window, squares)) {
        for (int x = 0; x < width; x++) {
          magnitudes[y * width + x] = (float) Math.sqrt(squares[x]);
        }
      }
    }
    return magnitudes;
  }

  /** Fills in the squares of a row; false if they are all 0. */
  private boolean row(LabelMap map, int y, int enough, int[] window, int[] squares) {
    int width = map.width();
    byte[] ids = map.ids();
    int row = y * width;
    int above = border.before(y, map.height()) * width;
    int below = border.after(y, map.height()) * width;
    Arrays.fill(squares, 0);
    boolean any = false;
    int x = 0;
    while (x < width) {
      if (x > 0 && x + 9 <= width && uniform(ids, above + x, row + x, below + x)) {
        x += 8;
        continue;
      }
      int stop = Math.min(x + 8, width);
      for (; x < stop; x++) {
        int left = border.before(x, width);
        int right = border.after(x, width);
        if (mixed(ids, above, row, below, left, x, right, window) && settleIgnored(window)) {
          squares[x] = square(window, enough);
          any |= squares[x] > 0;
        }
      }
    }
    return any;
  }

  /** Whether the windows of the eight pixels from here on hold one single id. */
  private static boolean uniform(byte[] ids, int above, int row, int below) {
    long id = EightBytes.all(ids[row]);
    return (EightBytes.at(ids, above - 1) ^ id) == 0
        && (EightBytes.at(ids, above + 1) ^ id) == 0
        && (EightBytes.at(ids, row - 1) ^ id) == 0
        && (EightBytes.at(ids, row + 1) ^ id) == 0
        && (EightBytes.at(ids, below - 1) ^ id) == 0
        && (EightBytes.at(ids, below + 1) ^ id) == 0;
  }

  /** Fills in the window; false if it holds one single id. */
  private static boolean mixed(
      byte[] ids, int above, int row, int below, int left, int x, int right, int[] window) {
    int nw = ids[above + left];
    int n = ids[above + x];
    int ne = ids[above + right];
    int e = ids[row + right];
    int se = ids[below + right];
    int s = ids[below + x];
    int sw = ids[below + left];
    int w = ids[row + left];
    int middle = ids[row + x];
    int differences =
        (nw ^ middle)
            | (n ^ middle)
            | (ne ^ middle)
            | (e ^ middle)
            | (se ^ middle)
            | (s ^ middle)
            | (sw ^ middle)
            | (w ^ middle);
    if (differences == 0) {
      return false;
    }
    window[0] = nw & 0xFF;
    window[1] = n & 0xFF;
    window[2] = ne & 0xFF;
    window[3] = e & 0xFF;
    window[4] = se & 0xFF;
    window[5] = s & 0xFF;
    window[6] = sw & 0xFF;
    window[7] = w & 0xFF;
    window[8] = middle & 0xFF;
    return true;
  }

  /** Gives the ignored pixels of a window their meaning; false if the window can be no edge. */
  private boolean settleIgnored(int[] window) {
    return switch (ignored) {
      case CLASS, OUTSIDE -> true;
      case DROPPED -> {
        boolean none = true;
        for (int id : window) {
          none &= id != LabelMap.IGNORE;
        }
        yield none;
      }
      case NO_EDGE -> {
        int middle = window[8];
        for (int i = 0; i < 8; i++) {
          window[i] = window[i] == LabelMap.IGNORE ? middle : window[i];
        }
        yield middle != LabelMap.IGNORE;
      }
    };
  }
}
