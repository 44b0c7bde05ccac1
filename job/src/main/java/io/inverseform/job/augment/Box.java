package io.inverseform.job.augment;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;

/** A rectangle of a source picture, in pixels. */
public record Box(int left, int top, int width, int height) {
  /** The pixels within, (height, width, 3). */
  byte[] cut(RgbPicture picture) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      int from = 3 * ((top + y) * picture.width() + left);
      System.arraycopy(picture.rgb(), from, rgb, 3 * y * width, 3 * width);
    }
    return rgb;
  }

  /** Whether no class has more than a share of the labelled pixels within, and there are some. */
  boolean isMixed(LabelMap labels, double share) {
    int[] counts = new int[256];
    for (int y = top; y < top + height; y++) {
      int row = y * labels.width();
      for (int x = left; x < left + width; x++) {
        counts[labels.ids()[row + x] & 0xFF]++;
      }
    }
    int labelled = width * height - counts[LabelMap.IGNORE];
    int most = 0;
    for (int c = 0; c < LabelMap.IGNORE; c++) {
      most = Math.max(most, counts[c]);
    }
    return labelled > 0 && most <= share * labelled;
  }
}
