package io.inverseform.udf.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LabelPngTest {
  @Test
  void idsComeBackUnchanged() throws IOException {
    LabelMap map = allIds(37, 11);
    byte[] png = LabelPng.encode(map);
    assertThat(PngHeader.check(png)).isEqualTo(new PngHeader(37, 11, 8, PngHeader.ColorType.GREY));
    assertThat(LabelPng.decode(png)).isEqualTo(map);
  }

  @Test
  void bitsComeBackUnchanged() throws IOException {
    KeyedRandom random = new KeyedRandom(2);
    for (int width = 1; width < 20; width++) {
      byte[] bits = new byte[width * 3];
      for (int i = 0; i < bits.length; i++) {
        bits[i] = (byte) random.nextInt(2);
      }
      LabelMap map = new LabelMap(width, 3, bits);
      byte[] png = LabelPng.encodeBits(map);
      assertThat(PngHeader.check(png))
          .isEqualTo(new PngHeader(width, 3, 1, PngHeader.ColorType.GREY));
      assertThat(LabelPng.decodeBits(png)).isEqualTo(map);
    }
  }

  @Test
  void refusesIdsAboveOneAsBits() {
    LabelMap map = new LabelMap(2, 1, new byte[] {1, 2});
    assertThatThrownBy(() -> LabelPng.encodeBits(map))
        .hasMessage("id 2 at (1, 0) does not fit in one bit");
  }

  @Test
  void everyTruncationIsFound() {
    byte[] png = LabelPng.encode(allIds(64, 32));
    for (int length = 8; length < png.length; length++) {
      byte[] part = Arrays.copyOf(png, length);
      assertThatThrownBy(() -> LabelPng.decode(part))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("PNG is truncated");
    }
  }

  @Test
  void aFlippedBitIsFound() {
    byte[] png = LabelPng.encode(allIds(64, 32));
    png[60] ^= 4;
    assertThatThrownBy(() -> LabelPng.decode(png))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("PNG is damaged: chunk IDAT at byte 33 fails its CRC");
  }

  @Test
  void refusesHugeSizesBeforeMemoryIsTaken() {
    byte[] png = LabelPng.encode(allIds(64, 32));
    ByteBuffer bytes = ByteBuffer.wrap(png).putInt(16, 100_000).putInt(20, 100_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    bytes.putInt(29, (int) crc.getValue());
    assertThatThrownBy(() -> LabelPng.decode(png))
        .hasMessage(
            "PNG header claims 100000x100000 pixels; at most 134217728 pixels are accepted");
  }

  @Test
  void refusesOtherKindsOfPicture() {
    assertThatThrownBy(() -> LabelPng.decode(new byte[0])).hasMessage("file is empty");
    assertThatThrownBy(() -> LabelPng.decode("a text, no picture".getBytes()))
        .hasMessage("not a PNG file: no PNG signature");
    assertKind(BufferedImage.TYPE_3BYTE_BGR, "label PNG must be 8-bit GREY, is 8-bit RGB");
    assertKind(BufferedImage.TYPE_USHORT_GRAY, "label PNG must be 8-bit GREY, is 16-bit GREY");
    assertKind(BufferedImage.TYPE_BYTE_INDEXED, "label PNG must be 8-bit GREY, is 8-bit PALETTE");
    assertKind(BufferedImage.TYPE_BYTE_BINARY, "label PNG must be 8-bit GREY, is 1-bit GREY");
  }

  private static void assertKind(int imageType, String message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(new BufferedImage(8, 8, imageType), "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThatThrownBy(() -> LabelPng.decode(out.toByteArray())).hasMessage(message);
  }

  private static LabelMap allIds(int width, int height) {
    byte[] ids = new byte[width * height];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (i * 7);
    }
    return new LabelMap(width, height, ids);
  }
}
