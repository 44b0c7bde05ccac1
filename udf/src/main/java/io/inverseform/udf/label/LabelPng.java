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
 * Label maps as PNG files: grey of 8 bits a pixel for ids, of 1 bit for edges. Files of others may
 * have their ids as indices of a palette, too, as PASCAL VOC has. Samples are taken from and put
 * into rasters, because AWT's colour conversion would change them (grey 1 reads as RGB 13).
 */
public final class LabelPng {
  private LabelPng() {}

  /**
   * Reads the ids of a grey PNG, which are its samples as they are, or of one with a palette, which
   * are its indices whatever their colours; either of 1, 2, 4 or 8 bits a pixel.
   *
   * @throws IOException if it is truncated, damaged, too large, or of another kind
   */
  public static LabelMap decode(byte[] png) throws IOException {
    PngHeader header = PngHeader.check(png);
    boolean oneSample =
        header.colorType() == PngHeader.ColorType.GREY
            || header.colorType() == PngHeader.ColorType.PALETTE;
    if (!oneSample || header.bitDepth() > 8) {
      throw new IOException(
          "label PNG is %s: save its ids as 8-bit grey, or as indices of a palette"
              .formatted(kind(header)));
    }
    return decode(png, header);
  }

  /**
   * Reads a 1-bit grey PNG as ids 0 and 1.
   *
   * @throws IOException if it is truncated, damaged, too large, or of another kind
   */
  public static LabelMap decodeBits(byte[] png) throws IOException {
    PngHeader header = PngHeader.check(png);
    if (header.colorType() != PngHeader.ColorType.GREY || header.bitDepth() != 1) {
      throw new IOException("edge PNG must be 1-bit GREY, is " + kind(header));
    }
    return decode(png, header);
  }

  private static String kind(PngHeader header) {
    return header.bitDepth() + "-bit " + header.colorType();
  }

  private static LabelMap decode(byte[] png, PngHeader header) throws IOException {
    Raster raster = readRaster(png);
    if (raster.getNumBands() != 1) {
      throw new IOException("label PNG has a transparent colour: save it as plain grey");
    }
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    return new LabelMap(header.width(), header.height(), unpacked(samples, header));
  }

  /** One byte a sample; packed rows begin at whole bytes, and in their highest bits. */
  private static byte[] unpacked(byte[] packed, PngHeader header) {
    int bits = header.bitDepth();
    if (bits == 8) {
      return packed;
    }
    byte[] ids = new byte[header.width() * header.height()];
    int rowBytes = (header.width() * bits + 7) / 8;
    int mask = (1 << bits) - 1;
    for (int y = 0; y < header.height(); y++) {
      for (int x = 0; x < header.width(); x++) {
        int at = x * bits;
        int eight = packed[y * rowBytes + (at >> 3)];
        ids[y * header.width() + x] = (byte) (eight >> 8 - bits - (at & 7) & mask);
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
