package io.inverseform.udf.picture;

import io.inverseform.udf.label.PngHeader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Size of a JPEG or PNG file, and whether the file is whole, without decoding its pixels: every PNG
 * chunk has a checksum, and a JPEG's segments and scans are followed to its end marker. That finds
 * truncation for a hundredth of what decoding costs, and finds it more surely: ImageIO fills the
 * missing part of a JPEG with grey.
 *
 * @param width pixels
 * @param height pixels
 */
public record PictureHeader(int width, int height) {
  private static final int MARKER = 0xFF;
  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;
  private static final int FIRST_RESTART = 0xD0;
  private static final int TEMPORARY = 0x01;

  /**
   * Reads the size and checks the structure.
   *
   * @throws IOException if it is neither JPEG nor PNG, truncated, damaged or too large
   */
  public static PictureHeader check(byte[] file) throws IOException {
    if (file.length == 0) {
      throw new IOException("file is empty");
    }
    if (PngHeader.isPng(file)) {
      PngHeader png = PngHeader.check(file);
      return new PictureHeader(png.width(), png.height());
    }
    if (file.length > 2 && (file[0] & 0xFF) == MARKER && (file[1] & 0xFF) == START_OF_IMAGE) {
      return checkJpeg(file);
    }
    throw new IOException("neither a JPEG nor a PNG file");
  }

  private static PictureHeader checkJpeg(byte[] file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file).position(2);
    PictureHeader header = null;
    while (true) {
      int marker = nextMarker(in);
      if (marker == END_OF_IMAGE) {
        if (header == null) {
          throw new IOException("JPEG is damaged: it ends without a frame header");
        }
        return header;
      }
      if (isFrame(marker)) {
        header = readFrame(in.duplicate());
      }
      skipSegment(in);
      if (marker == START_OF_SCAN) {
        skipScan(in);
      }
    }
  }

  private static int nextMarker(ByteBuffer in) throws IOException {
    if (!in.hasRemaining() || (in.get() & 0xFF) != MARKER) {
      throw broken(in);
    }
    int marker = MARKER;
    while (marker == MARKER) {
      if (!in.hasRemaining()) {
        throw broken(in);
      }
      marker = in.get() & 0xFF;
    }
    return marker;
  }

  private static void skipSegment(ByteBuffer in) throws IOException {
    if (in.remaining() < 2) {
      throw broken(in);
    }
    int length = in.getShort(in.position()) & 0xFFFF;
    if (length < 2 || length > in.remaining()) {
      throw broken(in);
    }
    in.position(in.position() + length);
  }

  /** Leaves the buffer at the marker behind the scan's entropy-coded bytes. */
  private static void skipScan(ByteBuffer in) throws IOException {
    byte[] file = in.array();
    for (int i = in.position(); i + 1 < file.length; i++) {
      if (file[i] == (byte) MARKER && endsScan(file[i + 1] & 0xFF)) {
        in.position(i);
        return;
      }
    }
    in.position(in.limit());
    throw broken(in);
  }

  private static boolean endsScan(int marker) {
    boolean restart = marker >= FIRST_RESTART && marker < START_OF_IMAGE;
    return marker != 0 && marker != MARKER && marker != TEMPORARY && !restart;
  }

  private static boolean isFrame(int marker) {
    // C4, C8 and CC lie in the range of frame headers and are tables.
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static PictureHeader readFrame(ByteBuffer in) throws IOException {
    if (in.remaining() < 8) {
      throw broken(in);
    }
    in.position(in.position() + 3);
    int height = in.getShort() & 0xFFFF;
    int width = in.getShort() & 0xFFFF;
    int components = in.get() & 0xFF;
    if (width == 0 || height == 0 || (long) width * height > PngHeader.MAX_PIXELS) {
      throw new IOException(
          "JPEG header claims "
              + width
              + "x"
              + height
              + " pixels; 1 to "
              + PngHeader.MAX_PIXELS
              + " pixels are accepted");
    }
    if (components != 1 && components != 3) {
      throw new IOException("JPEG has " + components + " components; grey or RGB is needed");
    }
    return new PictureHeader(width, height);
  }

  private static IOException broken(ByteBuffer in) {
    return in.hasRemaining()
        ? new IOException("JPEG is damaged at byte " + in.position())
        : new IOException(
            "JPEG is truncated: ends after " + in.limit() + " bytes without its end marker");
  }
}
