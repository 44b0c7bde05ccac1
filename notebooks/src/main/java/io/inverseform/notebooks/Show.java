package io.inverseform.notebooks;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.function.IntUnaryOperator;

/** Maps as pictures. */
public final class Show {
  private static final int IGNORED = 0x000000;

  private Show() {}

  /** Classes in the catalogue's colours, ignored pixels black. */
  public static BufferedImage labels(LabelMap trainIds, ClassCatalogue catalogue) {
    return paint(
        trainIds, id -> id < catalogue.size() ? catalogue.classes().get(id).rgb() : IGNORED);
  }

  /** Edges black on white: prints and thin lines read better that way. */
  public static BufferedImage edges(LabelMap edges) {
    return paint(edges, id -> id == 0 ? 0xFFFFFF : 0x000000);
  }

  /**
   * Numbers as shades of grey, from black to white.
   *
   * @param values (H, W), row by row from the top
   */
  public static BufferedImage grey(float[] values, int width, double black, double white) {
    BufferedImage image =
        new BufferedImage(width, values.length / width, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < values.length; i++) {
      double share = (values[i] - black) / (white - black);
      int level = (int) Math.round(255 * Math.min(1, Math.max(0, share)));
      image.setRGB(i % width, i / width, 0x010101 * level);
    }
    return image;
  }

  /**
   * Signed numbers: blue below 0, red above, white at 0.
   *
   * @param values (H, W), row by row from the top
   * @param largest what has the full colour
   */
  public static BufferedImage signed(float[] values, int width, double largest) {
    BufferedImage image =
        new BufferedImage(width, values.length / width, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < values.length; i++) {
      int pale = (int) Math.round(255 * (1 - Math.min(1, Math.abs(values[i]) / largest)));
      image.setRGB(
          i % width,
          i / width,
          values[i] > 0 ? 0xFF0000 | 0x000101 * pale : 0x0000FF | 0x010100 * pale);
    }
    return image;
  }

  /** A picture with edges drawn over it. */
  public static BufferedImage overlay(RgbPicture picture, LabelMap edges, Color colour) {
    BufferedImage image = picture.image();
    for (int y = 0; y < edges.height(); y++) {
      for (int x = 0; x < edges.width(); x++) {
        if (edges.id(x, y) != 0) {
          image.setRGB(x, y, colour.getRGB());
        }
      }
    }
    return image;
  }

  /** A part of a picture, its pixels as squares. */
  public static BufferedImage detail(
      BufferedImage image, int x, int y, int width, int height, int scale) {
    return enlarged(image.getSubimage(x, y, width, height), scale);
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

  private static BufferedImage paint(LabelMap map, IntUnaryOperator rgb) {
    BufferedImage image = new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        image.setRGB(x, y, rgb.applyAsInt(map.id(x, y)));
      }
    }
    return image;
  }
}
