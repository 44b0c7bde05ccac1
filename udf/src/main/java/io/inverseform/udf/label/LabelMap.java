package io.inverseform.udf.label;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A map of one 8-bit id per pixel: source ids, train ids, or the 0 and 1 of an edge map. The array
 * belongs to the map from then on and is not copied.
 *
 * @param width pixels, positive
 * @param height pixels, positive
 * @param ids unsigned, row by row from the top, width * height of them
 */
public record LabelMap(int width, int height, byte[] ids) implements Serializable {
  /** The train id of pixels that count neither in a loss nor in a score. */
  public static final int IGNORE = 255;

  /** Checks that the ids fill the map. */
  public LabelMap {
    if (width <= 0 || height <= 0 || (long) width * height != ids.length) {
      throw new IllegalArgumentException(
          "a " + width + "x" + height + " label map cannot hold " + ids.length + " ids");
    }
  }

  /** The id of a pixel, 0 to 255. */
  public int id(int x, int y) {
    return ids[y * width + x] & 0xFF;
  }

  /** The ids row by row, 0 to 255 each. */
  public int[][] rows() {
    int[][] rows = new int[height][width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rows[y][x] = id(x, y);
      }
    }
    return rows;
  }

  /** Same size and same ids. */
  @Override
  public boolean equals(Object other) {
    return other instanceof LabelMap map
        && width == map.width
        && height == map.height
        && Arrays.equals(ids, map.ids);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(ids);
  }

  @Override
  public String toString() {
    return "LabelMap[" + width + "x" + height + "]";
  }
}
