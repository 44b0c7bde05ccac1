package io.inverseform.job.bench;

import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.IOException;

/**
 * A label map and what operations need beside it.
 *
 * @param map train ids
 * @param png the map as a file
 * @param edges its Sobel edges
 * @param prediction a map that is nearly the same, without ignored pixels
 * @param trainId the most frequent class
 */
record EdgeInput(LabelMap map, byte[] png, LabelMap edges, LabelMap prediction, int trainId) {
  /** Classes of every map: those of Cityscapes. */
  static final int CLASSES = 19;

  static EdgeInput of(byte[] png) throws IOException {
    LabelMap map = LabelPng.decode(png);
    return new EdgeInput(map, png, new SobelEdges(1).edges(map), shifted(map), mostFrequent(map));
  }

  /** The map two pixels to the right, with the class before where it is ignored. */
  private static LabelMap shifted(LabelMap map) {
    byte[] ids = new byte[map.ids().length];
    byte last = 0;
    for (int i = 0; i < ids.length; i++) {
      byte id = map.ids()[Math.max(i - 2, 0)];
      last = id == (byte) LabelMap.IGNORE ? last : id;
      ids[i] = last;
    }
    return new LabelMap(map.width(), map.height(), ids);
  }

  private static int mostFrequent(LabelMap map) {
    long[] counts = ClassHistogram.count(map, CLASSES);
    int best = 0;
    for (int c = 1; c < CLASSES; c++) {
      best = counts[c] > counts[best] ? c : best;
    }
    return best;
  }
}
