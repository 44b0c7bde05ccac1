package io.inverseform.udf.label;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Label maps as grey PNG files: 8 bits a pixel for ids, 1 bit for edges. Samples are taken from and
 * put into rasters, because AWT's colour conversion would change them (grey 1 reads as RGB 13).
 */
public final class LabelPng {
  private LabelPng() {}

  /**
   * Reads an 8-bit grey PNG.
   *
   * @throws IOException if it is truncated, damaged, too large, or of another kind
   */
  public static LabelMap decode(byte[] png) throws IOException {
    return decode(png, 8);
  }

  /**
   * Reads a 1-bit grey PNG as ids 0 and 1.
   *
   * @throws IOException if it is truncated, damaged, too large, or of another kind
   */
  public static LabelMap decodeBits(byte[] png) throws IOException {
    return decode(png, 1);
  }

  private static LabelMap decode(byte[] png, int bits) throws IOException {
    PngHeader header = PngHeader.check(png);
    if (header.colorType() != PngHeader.ColorType.GREY || header.bitDepth() != bits) {
      throw new IOException(
          "label PNG must be "
              + bits
              + "-bit GREY, is "
              + header.bitDepth()
              + "-bit "
              + header.colorType());
    }
    Raster raster = readRaster(png);
    if (raster.getNumBands() != 1) {
      throw new IOException("label PNG has a transparent colour: save it as plain grey");
    }
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    byte[] ids = bits == 8 ? samples : unpacked(samples, header.width(), header.height());
    return new LabelMap(header.width(), header.height(), ids);
  }

  /** One byte per bit; rows begin at whole bytes. */
  private static byte[] unpacked(byte[] packed, int width, int height) {
    byte[] ids = new byte[width * height];
    int rowBytes = (width + 7) / 8;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        ids[y * width + x] = (byte) (packed[y * rowBytes + (x >> 3)] >> (7 - (x & 7)) & 1);
      }
    }
    return ids;
  }

  private static Raster readRaster(byte[] png) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(png))) {
      reader.setInput(in, true, true);
      return reader.read(0).getRaster();
    } catch (RuntimeException e) {
      throw new IOException("PNG is damaged: " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }

  /** Writes an 8-bit grey PNG. */
  public static byte[] encode(LabelMap map) {
    BufferedImage image =
        new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_BYTE_GRAY);
    DataBufferByte buffer = (DataBufferByte) image.getRaster().getDataBuffer();
    System.arraycopy(map.ids(), 0, buffer.getData(), 0, map.ids().length);
    return PngEncoder.encode(image);
  }

  /**
   * Writes a 1-bit grey PNG of a map of ids 0 and 1.
   *
   * @throws IllegalArgumentException at any other id
   */
  public static byte[] encodeBits(LabelMap map) {
    BufferedImage image =
        new BufferedImage(map.width(), map.height(), BufferedImage.TYPE_BYTE_BINARY);
    byte[] packed = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    byte[] ids = map.ids();
    int rowBytes = (map.width() + 7) / 8;
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        int bit = ids[y * map.width() + x];
        if ((bit & ~1) != 0) {
          throw new IllegalArgumentException(
              "id " + (bit & 0xFF) + " at (" + x + ", " + y + ") does not fit in one bit");
        }
        packed[y * rowBytes + (x >> 3)] |= (byte) (bit << (7 - (x & 7)));
      }
    }
    return PngEncoder.encode(image);
  }
}
