package io.inverseform.udf.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.random.KeyedRandom;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    String remedy = ": save its ids as 8-bit grey, or as indices of a palette";
    assertKind(BufferedImage.TYPE_3BYTE_BGR, "label PNG is 8-bit RGB" + remedy);
    assertKind(BufferedImage.TYPE_4BYTE_ABGR, "label PNG is 8-bit RGBA" + remedy);
    assertKind(BufferedImage.TYPE_USHORT_GRAY, "label PNG is 16-bit GREY" + remedy);
    ColorModel greyAlpha =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_BYTE);
    WritableRaster raster = greyAlpha.createCompatibleWritableRaster(8, 8);
    byte[] png = PngEncoder.encode(new BufferedImage(greyAlpha, raster, false, null));
    assertThatThrownBy(() -> LabelPng.decode(png))
        .isInstanceOf(IOException.class)
        .hasMessage("label PNG is 8-bit GREY_ALPHA" + remedy);
  }

  private static void assertKind(int imageType, String message) {
    byte[] png = PngEncoder.encode(new BufferedImage(8, 8, imageType));
    assertThatThrownBy(() -> LabelPng.decode(png))
        .isInstanceOf(IOException.class)
        .hasMessage(message);
  }

  @Test
  void edgesAreOneBitGreyOnly() {
    byte[] png = LabelPng.encode(new LabelMap(2, 1, new byte[2]));
    assertThatThrownBy(() -> LabelPng.decodeBits(png))
        .hasMessage("edge PNG must be 1-bit GREY, is 8-bit GREY");
    byte[] indexed = PngFile.of(1, PngFile.PALETTE, new LabelMap(2, 1, new byte[2]));
    assertThatThrownBy(() -> LabelPng.decodeBits(indexed))
        .hasMessage("edge PNG must be 1-bit GREY, is 1-bit PALETTE");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void idsAreIndicesOfAPaletteAndSamplesOfGreyWhateverTheDepth(int bits) throws IOException {
    KeyedRandom random = new KeyedRandom(9, bits);
    for (int width = 1; width < 20; width++) {
      byte[] ids = new byte[width * 5];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = (byte) random.nextInt(1 << bits);
      }
      LabelMap map = new LabelMap(width, 5, ids);
      assertThat(LabelPng.decode(PngFile.of(bits, PngFile.GREY, map))).isEqualTo(map);
      assertThat(LabelPng.decode(PngFile.of(bits, PngFile.PALETTE, map))).isEqualTo(map);
    }
  }

  @Test
  void paletteFilesOfImageIoAreIndices() throws IOException {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED);
    image.getRaster().setDataElements(0, 0, 3, 1, new byte[] {7, 0, (byte) 215});
    assertThat(LabelPng.decode(PngEncoder.encode(image)).ids()).containsExactly(7, 0, 215);
  }

  @Test
  void aTransparentPaletteColourDoesNotMatterAndATransparentGreyIsRefused() throws IOException {
    LabelMap map = new LabelMap(3, 1, new byte[] {0, 1, 2});
    byte[] palette = PngFile.withTransparency(8, PngFile.PALETTE, map, (byte) 0);
    assertThat(LabelPng.decode(palette)).isEqualTo(map);
    byte[] grey = PngFile.withTransparency(8, PngFile.GREY, map, (byte) 0, (byte) 0);
    assertThatThrownBy(() -> LabelPng.decode(grey))
        .hasMessage("label PNG has a transparent colour: save it as plain grey");
  }

  private static LabelMap allIds(int width, int height) {
    byte[] ids = new byte[width * height];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (i * 7);
    }
    return new LabelMap(width, height, ids);
  }
}
