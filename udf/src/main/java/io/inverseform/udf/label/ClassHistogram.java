package io.inverseform.udf.label;

/** Pixels per class of a label map. */
public final class ClassHistogram {
  private ClassHistogram() {}

  /**
   * Counts train ids.
   *
   * @return pixels of each class, {@code classes} long; ids from {@code classes} on are not counted
   */
  public static long[] count(LabelMap trainIds, int classes) {
    int[] all = new int[256];
    for (byte id : trainIds.ids()) {
      all[id & 0xFF]++;
    }
    long[] counts = new long[classes];
    for (int c = 0; c < classes; c++) {
      counts[c] = all[c];
    }
    return counts;
  }
}
