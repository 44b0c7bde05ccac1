package io.inverseform.udf.label;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** PNG files written byte by byte by the standard, of kinds that ImageIO does not write. */
final class PngFile {
  static final int GREY = 0;
  static final int PALETTE = 3;

  private PngFile() {}

  /** A file of one sample a pixel. */
  static byte[] of(int bits, int colourType, LabelMap map) {
    return withTransparency(bits, colourType, map);
  }

  static byte[] withTransparency(int bits, int colourType, LabelMap map, byte... transparency) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    ByteBuffer header = ByteBuffer.allocate(13).putInt(map.width()).putInt(map.height());
    chunk(file, "IHDR", header.put((byte) bits).put((byte) colourType).array());
    if (colourType == PALETTE) {
      byte[] palette = new byte[3 << bits];
      for (int i = 0; i < palette.length; i++) {
        palette[i] = (byte) (37 * i);
      }
      chunk(file, "PLTE", palette);
    }
    if (transparency.length > 0) {
      chunk(file, "tRNS", transparency);
    }
    chunk(file, "IDAT", deflated(rows(bits, map)));
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static byte[] rows(int bits, LabelMap map) {
    int rowBytes = 1 + (map.width() * bits + 7) / 8;
    byte[] rows = new byte[rowBytes * map.height()];
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        int bit = x * bits;
        rows[y * rowBytes + 1 + bit / 8] |= (byte) (map.id(x, y) << 8 - bits - bit % 8);
      }
    }
    return rows;
  }

  private static byte[] deflated(byte[] bytes) {
    Deflater deflater = new Deflater();
    deflater.setInput(bytes);
    deflater.finish();
    byte[] deflated = new byte[bytes.length + 100];
    int length = deflater.deflate(deflated);
    deflater.end();
    return Arrays.copyOf(deflated, length);
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(type.getBytes(StandardCharsets.US_ASCII));
    crc.update(data);
    file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    file.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
    file.writeBytes(data);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
