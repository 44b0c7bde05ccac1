package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * An edge operator that looks at a pixel and its eight neighbours: an edge is where they are steep
 * enough. Most pixels have neighbours of their own id only and are sorted out 64 at a time, so that
 * only the others cost anything.
 */
abstract class Window3x3 implements EdgeOperator {
  private static final long serialVersionUID = 2;

  private static final Disk WINDOW = new Disk(1.5);

  private final int leastSquare;
  private final Border border;
  private final Ignored ignored;

  /** What becomes of a pixel's steepness. */
  private interface Squares {
    void accept(int pixel, int square);
  }

  Window3x3(int leastSquare, Border border, Ignored ignored) {
    this.leastSquare = leastSquare;
    this.border = border;
    this.ignored = ignored;
  }

  /**
   * The square of the steepness at a pixel.
   *
   * @param ring its neighbours, see {@link Ring}
   * @param middle its own id
   * @param enough any square from here on may be returned for a larger one
   */
  abstract int square(long ring, int middle, int enough);

  @Override
  public final Ignored ignored() {
    return ignored;
  }

  @Override
  public final LabelMap edges(LabelMap trainIds) {
    byte[] edges = new byte[trainIds.ids().length];
    measure(
        trainIds,
        leastSquare,
        (pixel, square) -> edges[pixel] = (byte) (square >= leastSquare ? 1 : 0));
    return new LabelMap(trainIds.width(), trainIds.height(), edges);
  }

  /**
   * What the threshold is applied to, the same for every threshold.
   *
   * @param trainIds (H, W), classes and {@link LabelMap#IGNORE}
   * @return (H, W), at least 0, row by row from the top
   */
  public final float[] magnitudes(LabelMap trainIds) {
    float[] magnitudes = new float[trainIds.ids().length];
    measure(
        trainIds,
        Integer.MAX_VALUE,
        (pixel, square) -> magnitudes[pixel] = (float) Math.sqrt(square));
    return magnitudes;
  }

  private void measure(LabelMap map, int enough, Squares squares) {
    BitMap candidates = candidates(map);
    int width = map.width();
    for (int y = 0; y < map.height(); y++) {
      for (int x = candidates.next(0, y); x < width; x = candidates.next(x + 1, y)) {
        int middle = map.id(x, y);
        long ring = Ring.of(map, x, y, border);
        if (ignored == Ignored.NO_EDGE) {
          ring = Ring.replace(ring, LabelMap.IGNORE, middle);
        }
        squares.accept(y * width + x, square(ring, middle, enough));
      }
    }
  }

  /** Pixels that can be an edge: windows of one id are flat. */
  private BitMap candidates(LabelMap map) {
    BitMap mixed = Dilation.ofDifferences(map, WINDOW);
    switch (ignored) {
      case CLASS, OUTSIDE -> {}
      case NO_EDGE -> mixed.andNot(BitMap.of(map, LabelMap.IGNORE));
      case DROPPED -> mixed.andNot(Dilation.of(BitMap.of(map, LabelMap.IGNORE), WINDOW));
    }
    return mixed;
  }
}
