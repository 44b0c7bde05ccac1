package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;
import java.util.Arrays;

/** Bands of pixels along boundaries, to which scores can be restricted. */
final class Bands {
  private Bands() {}

  /** Returns the width if a band of it has pixels. */
  static Tolerance checkWidth(Tolerance width) {
    if (width.unit() == Tolerance.Unit.PIXELS && width.amount() < 1) {
      throw new IllegalArgumentException(
          "a band along boundaries must be at least 1 px wide, is " + width);
    }
    return width;
  }

  /** The map where the edge map is not 0, {@link LabelMap#IGNORE} elsewhere. */
  static LabelMap within(LabelMap map, LabelMap edges) {
    byte[] ids = map.ids().clone();
    for (int i = 0; i < ids.length; i++) {
      if (edges.ids()[i] == 0) {
        ids[i] = (byte) LabelMap.IGNORE;
      }
    }
    return new LabelMap(map.width(), map.height(), ids);
  }

  /** Adds the pixels within that many pixels of the first one beyond the frame to an edge map. */
  static void addFrame(LabelMap edges, double pixels) {
    int width = edges.width();
    int columns = (int) Math.min(pixels, width);
    for (int y = 0; y < edges.height(); y++) {
      int row = y * width;
      boolean whole = Math.min(y + 1, edges.height() - y) <= pixels;
      int margin = whole ? width : columns;
      Arrays.fill(edges.ids(), row, row + margin, (byte) 1);
      Arrays.fill(edges.ids(), row + width - margin, row + width, (byte) 1);
    }
  }
}
