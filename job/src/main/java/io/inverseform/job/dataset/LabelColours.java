package io.inverseform.job.dataset;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;

/**
 * The colours of label files that have no ids.
 *
 * @param ids an id by 0xRRGGBB, 0 to 254
 * @param ignoreOthers whether other colours are ignored, and not refused
 */
public record LabelColours(Map<Integer, Integer> ids, boolean ignoreOthers)
    implements Serializable {
  /** Keeps the map as it is now. */
  public LabelColours {
    ids = Map.copyOf(ids);
  }

  /**
   * The ids of a picture in these colours.
   *
   * @throws IOException if it cannot be decoded
   * @throws IllegalArgumentException at a colour that is none of them
   */
  LabelMap decode(byte[] png) throws IOException {
    RgbPicture picture = RgbPicture.decode(png);
    byte[] rgb = picture.rgb();
    byte[] map = new byte[rgb.length / 3];
    int last = -1;
    byte id = 0;
    for (int i = 0; i < map.length; i++) {
      int colour = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | rgb[3 * i + 2] & 0xFF;
      if (colour != last) {
        id = id(colour, i, picture.width());
        last = colour;
      }
      map[i] = id;
    }
    return new LabelMap(picture.width(), picture.height(), map);
  }

  private byte id(int colour, int pixel, int width) {
    Integer id = ids.get(colour);
    if (id == null && !ignoreOthers) {
      throw new IllegalArgumentException(
          "colour [%d, %d, %d] at (%d, %d) belongs to no class and is not ignored"
              .formatted(
                  colour >> 16, colour >> 8 & 0xFF, colour & 0xFF, pixel % width, pixel / width));
    }
    return (byte) (id == null ? LabelMap.IGNORE : id);
  }
}
