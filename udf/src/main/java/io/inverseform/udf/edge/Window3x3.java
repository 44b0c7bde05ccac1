package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An edge operator that looks at a pixel and its eight neighbours. Beyond the frame the outermost
 * pixels are repeated; a window with an ignored pixel is no edge. Most windows lie inside one
 * region and are skipped eight at a time, so that only the others cost anything.
 */
abstract class Window3x3 implements EdgeOperator {
  private static final long serialVersionUID = 1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;

  /**
   * Whether the window's middle is an edge. The window is given row by row, without its middle, and
   * holds no ignored pixel and more than one id.
   */
  abstract boolean edge(int nw, int n, int ne, int w, int e, int sw, int s, int se);

  @Override
  public final LabelMap edges(LabelMap trainIds) {
    int width = trainIds.width();
    int height = trainIds.height();
    byte[] ids = trainIds.ids();
    byte[] edges = new byte[ids.length];
    for (int y = 0; y < height; y++) {
      int row = y * width;
      int above = y == 0 ? row : row - width;
      int below = y == height - 1 ? row : row + width;
      int x = 0;
      while (x < width) {
        if (x > 0 && x + 9 <= width && uniform(ids, above + x, row + x, below + x)) {
          x += 8;
          continue;
        }
        int stop = Math.min(x + 8, width);
        for (; x < stop; x++) {
          int left = x == 0 ? 0 : -1;
          int right = x == width - 1 ? 0 : 1;
          edges[row + x] = pixel(ids, above + x, row + x, below + x, left, right);
        }
      }
    }
    return new LabelMap(width, height, edges);
  }

  /** Whether the windows of the eight pixels from here on hold one single id. */
  private static boolean uniform(byte[] ids, int above, int row, int below) {
    long id = (ids[row] & 0xFFL) * ONES;
    return ((long) LONGS.get(ids, above - 1) ^ id) == 0
        && ((long) LONGS.get(ids, above + 1) ^ id) == 0
        && ((long) LONGS.get(ids, row - 1) ^ id) == 0
        && ((long) LONGS.get(ids, row + 1) ^ id) == 0
        && ((long) LONGS.get(ids, below - 1) ^ id) == 0
        && ((long) LONGS.get(ids, below + 1) ^ id) == 0;
  }

  private byte pixel(byte[] ids, int above, int row, int below, int left, int right) {
    int nw = ids[above + left];
    int n = ids[above];
    int ne = ids[above + right];
    int w = ids[row + left];
    int middle = ids[row];
    int e = ids[row + right];
    int sw = ids[below + left];
    int s = ids[below];
    int se = ids[below + right];
    boolean oneId =
        nw == middle
            && n == middle
            && ne == middle
            && w == middle
            && e == middle
            && sw == middle
            && s == middle
            && se == middle;
    if (oneId) {
      return 0;
    }
    // Bytes are signed: the ignore id 255 is -1.
    boolean ignored =
        nw == -1
            || n == -1
            || ne == -1
            || w == -1
            || middle == -1
            || e == -1
            || sw == -1
            || s == -1
            || se == -1;
    if (ignored) {
      return 0;
    }
    boolean edge =
        edge(nw & 0xFF, n & 0xFF, ne & 0xFF, w & 0xFF, e & 0xFF, sw & 0xFF, s & 0xFF, se & 0xFF);
    return (byte) (edge ? 1 : 0);
  }
}
