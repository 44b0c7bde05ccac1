package io.inverseform.udf.label;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a class lies in a tile of a picture: class-uniform sampling cuts crops around it.
 *
 * @param trainId class
 * @param tileX column of the tile
 * @param tileY row of the tile
 * @param x mean of the class's pixel columns within the tile, in pixels of the whole picture
 * @param y mean of its pixel rows
 */
public record ClassCentroid(int trainId, int tileX, int tileY, float x, float y)
    implements Serializable {
  /**
   * Centroids of every class that occurs in every square tile; tiles at the right and lower edge
   * may be smaller. Ordered by tile row, tile column, class.
   *
   * @param tile side in pixels, positive
   */
  public static List<ClassCentroid> of(LabelMap trainIds, int classes, int tile) {
    if (tile <= 0) {
      throw new IllegalArgumentException("tile side must be positive, is " + tile);
    }
    List<ClassCentroid> centroids = new ArrayList<>();
    long[] count = new long[256];
    long[] sumX = new long[256];
    long[] sumY = new long[256];
    for (int top = 0; top < trainIds.height(); top += tile) {
      for (int left = 0; left < trainIds.width(); left += tile) {
        sum(trainIds, left, top, tile, count, sumX, sumY);
        for (int c = 0; c < 256; c++) {
          if (c < classes && count[c] > 0) {
            float x = (float) ((double) sumX[c] / count[c]);
            float y = (float) ((double) sumY[c] / count[c]);
            centroids.add(new ClassCentroid(c, left / tile, top / tile, x, y));
          }
          count[c] = 0;
          sumX[c] = 0;
          sumY[c] = 0;
        }
      }
    }
    return centroids;
  }

  private static void sum(
      LabelMap map, int left, int top, int tile, long[] count, long[] sumX, long[] sumY) {
    byte[] ids = map.ids();
    int right = Math.min(left + tile, map.width());
    int bottom = Math.min(top + tile, map.height());
    for (int y = top; y < bottom; y++) {
      int row = y * map.width();
      int x = left;
      while (x < right) {
        byte id = ids[row + x];
        int end = x + 1;
        while (end < right && ids[row + end] == id) {
          end++;
        }
        long length = end - x;
        int c = id & 0xFF;
        count[c] += length;
        sumX[c] += length * (x + end - 1) / 2;
        sumY[c] += length * y;
        x = end;
      }
    }
  }
}
