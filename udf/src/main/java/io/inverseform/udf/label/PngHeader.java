package io.inverseform.udf.label;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * What a PNG file says of itself, checked without inflating its pixels: signature, header, and the
 * length and checksum of every chunk up to the end chunk. A truncated or damaged file does not
 * pass.
 *
 * @param width pixels
 * @param height pixels
 * @param bitDepth bits per sample or palette index: 1, 2, 4, 8 or 16
 */
public record PngHeader(int width, int height, int bitDepth, ColorType colorType) {
  /** Largest number of pixels that is accepted: 16384 x 8192. */
  public static final long MAX_PIXELS = 1L << 27;

  /** What the samples of a pixel mean. */
  public enum ColorType {
    /** One sample of grey. */
    GREY(0),
    /** Red, green, blue. */
    RGB(2),
    /** One index into a palette. */
    PALETTE(3),
    /** Grey and alpha. */
    GREY_ALPHA(4),
    /** Red, green, blue, alpha. */
    RGBA(6);

    private final int code;

    ColorType(int code) {
      this.code = code;
    }

    private static ColorType of(int code) throws IOException {
      for (ColorType type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      throw new IOException("PNG header has the unknown colour type " + code);
    }
  }

  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int IHDR = 0x49484452;
  private static final int IEND = 0x49454E44;
  private static final int CHUNK_OVERHEAD = 12;

  /** Whether the bytes begin as a PNG file does. */
  public static boolean isPng(byte[] file) {
    return file.length >= 8 && ByteBuffer.wrap(file).getLong() == SIGNATURE;
  }

  /**
   * Reads the header and checks the file's structure.
   *
   * @throws IOException if it is no PNG, truncated, damaged, or larger than {@link #MAX_PIXELS}
   */
  public static PngHeader check(byte[] file) throws IOException {
    if (file.length == 0) {
      throw new IOException("file is empty");
    }
    if (!isPng(file)) {
      throw new IOException("not a PNG file: no PNG signature");
    }
    ByteBuffer in = ByteBuffer.wrap(file).position(8);
    PngHeader header = null;
    CRC32 crc = new CRC32();
    while (true) {
      if (in.remaining() < CHUNK_OVERHEAD) {
        throw new IOException(
            "PNG is truncated: ends after " + file.length + " bytes without its end chunk");
      }
      int length = in.getInt();
      if (length < 0 || length > in.remaining() - 8) {
        throw new IOException(
            "PNG is truncated: chunk "
                + name(in.getInt(in.position()))
                + " at byte "
                + (in.position() - 4)
                + " has "
                + Integer.toUnsignedLong(length)
                + " bytes, the file ends after "
                + file.length);
      }
      int start = in.position();
      int type = in.getInt();
      crc.reset();
      crc.update(file, start, length + 4);
      if ((int) crc.getValue() != in.getInt(start + 4 + length)) {
        throw new IOException(
            "PNG is damaged: chunk " + name(type) + " at byte " + (start - 4) + " fails its CRC");
      }
      if (header == null) {
        header = readHeader(in, type, length);
      }
      if (type == IEND) {
        return header;
      }
      in.position(start + 4 + length + 4);
    }
  }

  private static PngHeader readHeader(ByteBuffer in, int type, int length) throws IOException {
    if (type != IHDR || length != 13) {
      throw new IOException("PNG is damaged: first chunk is " + name(type));
    }
    int width = in.getInt();
    int height = in.getInt();
    if (width <= 0 || height <= 0 || (long) width * height > MAX_PIXELS) {
      throw new IOException(
          "PNG header claims "
              + Integer.toUnsignedLong(width)
              + "x"
              + Integer.toUnsignedLong(height)
              + " pixels; at most "
              + MAX_PIXELS
              + " pixels are accepted");
    }
    int depth = in.get();
    return new PngHeader(width, height, depth, ColorType.of(in.get()));
  }

  private static String name(int type) {
    byte[] bytes = ByteBuffer.allocate(4).putInt(type).array();
    return new String(bytes, StandardCharsets.US_ASCII).replaceAll("[^A-Za-z]", "?");
  }
}
