package io.inverseform.notebooks;

import io.inverseform.udf.label.LabelMap;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.function.IntUnaryOperator;

/** Maps as pictures. */
public final class Show {
  private Show() {}

  /** Edges black on white: thin lines read better that way. */
  public static BufferedImage edges(LabelMap edges) {
    byte[] ids = edges.ids();
    return paint(edges.width(), edges.height(), i -> ids[i] == 0 ? 0xFFFFFF : 0);
  }

  /**
   * Edge probabilities: from 0, white, to 1, black.
   *
   * @param values (H, W), row by row from the top
   */
  public static BufferedImage probabilities(float[] values, int width) {
    return paint(
        width,
        values.length / width,
        i -> 0x010101 * Math.round(255 * (1 - Math.min(1, Math.max(0, values[i])))));
  }

  /**
   * Signed numbers: blue below 0, red above, white at 0.
   *
   * @param values (H, W), row by row from the top
   * @param largest what has the full colour, positive
   */
  public static BufferedImage signed(float[] values, int width, double largest) {
    return paint(
        width,
        values.length / width,
        i -> {
          int pale = (int) Math.round(255 * (1 - Math.min(1, Math.abs(values[i]) / largest)));
          return values[i] > 0 ? 0xFF0000 | 0x000101 * pale : 0x0000FF | 0x010100 * pale;
        });
  }

  private static BufferedImage paint(int width, int height, IntUnaryOperator rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, rgb.applyAsInt(i));
    }
    return image;
  }

  /** A part of a picture, its pixels as squares. */
  public static BufferedImage detail(
      BufferedImage image, int x, int y, int width, int height, int scale) {
    return enlarged(image.getSubimage(x, y, width, height), scale);
  }

  /** A copy of a picture with a ring around a part of it. */
  public static BufferedImage marked(
      BufferedImage image, int left, int top, int right, int bottom) {
    BufferedImage copy = enlarged(image, 1);
    Graphics2D g = copy.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    int around = 6;
    // White on black is seen on any ground.
    for (int width = 4; width >= 2; width -= 2) {
      g.setStroke(new BasicStroke(width));
      g.setColor(width == 2 ? Color.WHITE : Color.BLACK);
      g.drawOval(left - around, top - around, right - left + 2 * around, bottom - top + 2 * around);
    }
    g.dispose();
    return copy;
  }

  /** Every pixel as a square. */
  public static BufferedImage enlarged(BufferedImage image, int scale) {
    BufferedImage large =
        new BufferedImage(
            image.getWidth() * scale, image.getHeight() * scale, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = large.createGraphics();
    g.drawImage(image, 0, 0, large.getWidth(), large.getHeight(), null);
    g.dispose();
    return large;
  }
}
