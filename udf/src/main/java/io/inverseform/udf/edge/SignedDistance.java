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
    int width = sides.width();
    int height = sides.height();
    byte[] ids = sides.ids();
    int[] toInside = SquaredDistance.to(ids, width, height, (byte) 1);
    int[] toOutside = SquaredDistance.to(ids, width, height, (byte) 0);
    float[] distances = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      distances[i] =
          switch (ids[i]) {
            case 0 -> root(toInside[i]);
            case 1 -> -root(toOutside[i]);
            default -> 0;
          };
    }
    return distances;
  }

  private static float root(int square) {
    return square == SquaredDistance.NONE ? Float.POSITIVE_INFINITY : (float) Math.sqrt(square);
  }
}
