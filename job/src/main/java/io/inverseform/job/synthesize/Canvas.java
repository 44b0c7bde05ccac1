package io.inverseform.job.synthesize;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Arrays;

/**
 * Picture and label map of a scene while it is painted, at a multiple of the final size. Both are
 * filled through the same hard-edged mask, so that they never disagree.
 */
final class Canvas {
  /** Samples per final pixel and direction. */
  static final int OVERSAMPLING = 2;

  final int width;
  final int height;
  final float[] rgb;
  final byte[] labels;

  private final Colour haze;
  private final double hazeDensity;
  private final BufferedImage maskImage;
  private final byte[] mask;
  private final Graphics2D pen;
  private final Spot spot = new Spot();
  private final float[] colour = new float[3];

  /**
   * A canvas in front of hazy air.
   *
   * @param hazeDensity share of the view lost per metre
   */
  Canvas(int width, int height, Colour haze, double hazeDensity) {
    this.width = width;
    this.height = height;
    this.haze = haze;
    this.hazeDensity = hazeDensity;
    rgb = new float[3 * width * height];
    labels = new byte[width * height];
    maskImage = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    mask = ((DataBufferByte) maskImage.getRaster().getDataBuffer()).getData();
    pen = maskImage.createGraphics();
    pen.setColor(Color.WHITE);
  }

  /** Paints a shape that lies on a surface. */
  void fill(Shape onSurface, LabelId label, Surface surface, Texture texture) {
    Rectangle box = rasterise(surface.project(onSurface));
    for (int y = box.y; y < box.y + box.height; y++) {
      for (int x = box.x; x < box.x + box.width; x++) {
        int at = y * width + x;
        if (mask[at] != 0) {
          surface.locate(x + 0.5, y + 0.5, spot);
          texture.colour(spot, colour);
          put(at, Math.exp(-hazeDensity * spot.depth));
          labels[at] = (byte) label.id();
        }
      }
    }
  }

  /** Paints a shape given in screen pixels; the texture's coordinates are the pixels too. */
  void fillScreen(Shape onScreen, LabelId label, Texture texture) {
    Rectangle box = rasterise(onScreen);
    for (int y = box.y; y < box.y + box.height; y++) {
      for (int x = box.x; x < box.x + box.width; x++) {
        int at = y * width + x;
        if (mask[at] != 0) {
          spot.u = x;
          spot.v = y;
          spot.depth = 0;
          texture.colour(spot, colour);
          put(at, 1);
          labels[at] = (byte) label.id();
        }
      }
    }
  }

  /** Multiplies what is painted already, as a shadow does; labels stay. */
  void shade(Shape onSurface, Surface surface, double factor) {
    Rectangle box = rasterise(surface.project(onSurface));
    for (int y = box.y; y < box.y + box.height; y++) {
      for (int x = box.x; x < box.x + box.width; x++) {
        int at = y * width + x;
        if (mask[at] != 0) {
          rgb[3 * at] *= (float) factor;
          rgb[3 * at + 1] *= (float) factor;
          rgb[3 * at + 2] *= (float) factor;
        }
      }
    }
  }

  private void put(int at, double clear) {
    float c = (float) clear;
    rgb[3 * at] = haze.red() + c * (colour[0] - haze.red());
    rgb[3 * at + 1] = haze.green() + c * (colour[1] - haze.green());
    rgb[3 * at + 2] = haze.blue() + c * (colour[2] - haze.blue());
  }

  /** Draws the mask and returns the part of the canvas that it can cover. */
  private Rectangle rasterise(Shape shape) {
    Rectangle box = shape.getBounds();
    box.grow(1, 1);
    box = box.intersection(new Rectangle(width, height));
    if (box.isEmpty()) {
      return new Rectangle();
    }
    for (int y = box.y; y < box.y + box.height; y++) {
      Arrays.fill(mask, y * width + box.x, y * width + box.x + box.width, (byte) 0);
    }
    pen.setClip(box);
    pen.fill(shape);
    return box;
  }
}
