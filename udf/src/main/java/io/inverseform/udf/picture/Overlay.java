package io.inverseform.udf.picture;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;

/**
 * Draws edges over pictures, so that one sees what they follow.
 *
 * @param rgb colour of the edges, 0xRRGGBB
 * @param brightness what is left of the picture's samples, 0 (black) to 1 (as it is)
 */
public record Overlay(int rgb, double brightness) implements Serializable {
  /** Checks the ranges. */
  public Overlay {
    Palette.check(rgb, "colour of edges");
    if (!(brightness >= 0 && brightness <= 1)) {
      throw new IllegalArgumentException(
          "brightness of the picture must be 0 to 1, is " + brightness);
    }
  }

  /** Edges of that colour over a picture that stays as it is. */
  public Overlay(int rgb) {
    this(rgb, 1);
  }

  /**
   * A new picture: the edges' colour where the edge map is not 0, the given picture elsewhere.
   *
   * @param edges of the picture's size
   * @throws IllegalArgumentException if the sizes differ
   */
  public RgbPicture draw(LabelMap edges, RgbPicture picture) {
    if (edges.width() != picture.width() || edges.height() != picture.height()) {
      throw new IllegalArgumentException(
          "edges are %dx%d, the picture %dx%d: scale them to the picture first"
              .formatted(edges.width(), edges.height(), picture.width(), picture.height()));
    }
    byte[] drawn = dimmed(picture.rgb());
    for (int i = 0; i < edges.ids().length; i++) {
      if (edges.ids()[i] != 0) {
        RgbPicture.put(drawn, i, rgb);
      }
    }
    return new RgbPicture(picture.width(), picture.height(), drawn);
  }

  private byte[] dimmed(byte[] samples) {
    byte[] table = new byte[256];
    for (int sample = 0; sample < table.length; sample++) {
      table[sample] = (byte) Math.round(sample * brightness);
    }
    byte[] dimmed = new byte[samples.length];
    for (int i = 0; i < dimmed.length; i++) {
      dimmed[i] = table[samples[i] & 0xFF];
    }
    return dimmed;
  }
}
