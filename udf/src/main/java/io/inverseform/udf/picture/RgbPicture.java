package io.inverseform.udf.picture;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A decoded picture.
 *
 * @param width pixels
 * @param height pixels
 * @param rgb (H, W, 3) unsigned sRGB bytes, row by row from the top
 */
public record RgbPicture(int width, int height, byte[] rgb) {
  /**
   * Decodes a JPEG or PNG file of any depth; alpha is dropped.
   *
   * @throws IOException if it cannot be decoded
   */
  public static RgbPicture decode(byte[] file) throws IOException {
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException("no decoder knows this picture format (" + file.length + " bytes)");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return of(reader.read(0));
      } catch (RuntimeException e) {
        throw new IOException("picture is damaged: " + e.getMessage(), e);
      } finally {
        reader.dispose();
      }
    }
  }

  /** The pixels of an image. */
  public static RgbPicture of(BufferedImage image) {
    byte[] rgb = new byte[Math.multiplyExact(3, image.getWidth() * image.getHeight())];
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR
        && image.getRaster().getDataBuffer() instanceof DataBufferByte buffer
        && buffer.getData().length == rgb.length) {
      swapEnds(buffer.getData(), rgb);
    } else if (image.getColorModel().getNumColorComponents() == 1) {
      spreadGrey(image.getRaster(), image.getColorModel(), rgb);
    } else {
      convert(image, rgb);
    }
    return new RgbPicture(image.getWidth(), image.getHeight(), rgb);
  }

  /**
   * A new picture of this one and another laid over it.
   *
   * @param other of the same size
   * @param share of the other, 0 (not there) to 1 (alone)
   * @throws IllegalArgumentException if the sizes differ
   */
  public RgbPicture blend(RgbPicture other, double share) {
    if (other.width != width || other.height != height) {
      throw new IllegalArgumentException(
          "a %dx%d picture cannot lie over one of %dx%d"
              .formatted(other.width, other.height, width, height));
    }
    byte[] mixed = new byte[rgb.length];
    for (int i = 0; i < mixed.length; i++) {
      int below = rgb[i] & 0xFF;
      mixed[i] = (byte) Math.round(below + share * ((other.rgb[i] & 0xFF) - below));
    }
    return new RgbPicture(width, height, mixed);
  }

  /** The picture as Java draws and writes it. */
  public BufferedImage image() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    swapEnds(rgb, ((DataBufferByte) image.getRaster().getDataBuffer()).getData());
    return image;
  }

  /** Writes one pixel. */
  static void put(byte[] rgb, int pixel, int colour) {
    rgb[3 * pixel] = (byte) (colour >> 16);
    rgb[3 * pixel + 1] = (byte) (colour >> 8);
    rgb[3 * pixel + 2] = (byte) colour;
  }

  /** RGB to BGR or back. */
  private static void swapEnds(byte[] from, byte[] to) {
    for (int i = 0; i < to.length; i += 3) {
      to[i] = from[i + 2];
      to[i + 1] = from[i + 1];
      to[i + 2] = from[i];
    }
  }

  /** Grey samples as they are: AWT's conversion would take them for linear light. */
  private static void spreadGrey(Raster raster, ColorModel model, byte[] rgb) {
    int shift = model.getComponentSize(0) - 8;
    int[] row = new int[raster.getWidth()];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, row.length, 1, 0, row);
      for (int sample : row) {
        byte grey =
            (byte)
                (shift >= 0
                    ? sample >> shift
                    : sample * 255 / ((1 << model.getComponentSize(0)) - 1));
        rgb[at++] = grey;
        rgb[at++] = grey;
        rgb[at++] = grey;
      }
    }
  }

  private static void convert(BufferedImage image, byte[] rgb) {
    int[] row = new int[image.getWidth()];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int pixel : row) {
        put(rgb, at++, pixel);
      }
    }
  }
}
