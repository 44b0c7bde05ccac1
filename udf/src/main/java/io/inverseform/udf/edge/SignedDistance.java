package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * Signed distance maps: how far a pixel is from the other side of a class's boundary, Euclidean
 * between pixel centres, below 0 inside the class. The boundary loss of Kervadec et al. (2019) is
 * the mean of such a map times the probability of the class.
 */
public final class SignedDistance {
  private SignedDistance() {}

  /**
   * The signed distance map of a class.
   *
   * @param trainIds (H, W), classes and {@link LabelMap#IGNORE}
   * @param trainId 0 to 254
   * @return (H, W), row by row from the top, in pixels: at most -1 inside, at least 1 outside, 0 at
   *     ignored pixels, which are on neither side; without another side, the infinity of that sign
   * @throws IllegalArgumentException if no class can have that id
   */
  public static float[] of(LabelMap trainIds, int trainId) {
    LabelMap sides = Ignored.DROPPED.classMap(trainIds, trainId);
    DistanceTransform transform = new DistanceTransform(sides.ids(), sides.width(), sides.height());
    transform.measure((byte) 0, (byte) 1, 1);
    transform.measure((byte) 1, (byte) 0, -1);
    return transform.distances();
  }
}
