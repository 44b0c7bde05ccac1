package io.inverseform.udf.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbPictureTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_BYTE_BINARY
      })
  void pngPixelsComeBackAsTheyWere(int imageType) throws IOException {
    BufferedImage image = Pictures.random(1, 21, 13, imageType);
    RgbPicture picture = RgbPicture.decode(Pictures.png(image));
    assertThat(picture.width()).isEqualTo(21);
    assertThat(picture.height()).isEqualTo(13);
    for (int i = 0; i < 21 * 13; i++) {
      int rgb = image.getRGB(i % 21, i / 21);
      assertThat(picture.rgb()[3 * i]).isEqualTo((byte) (rgb >> 16));
      assertThat(picture.rgb()[3 * i + 1]).isEqualTo((byte) (rgb >> 8));
      assertThat(picture.rgb()[3 * i + 2]).isEqualTo((byte) rgb);
    }
  }

  @Test
  void greyIsNotTakenForLinearLight() throws IOException {
    BufferedImage image = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    byte[] samples = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < 256; i++) {
      samples[i] = (byte) i;
    }
    byte[] rgb = RgbPicture.decode(Pictures.png(image)).rgb();
    for (int i = 0; i < rgb.length; i++) {
      assertThat(rgb[i]).isEqualTo((byte) (i / 3));
    }
  }

  @Test
  void sixteenBitGreyKeepsItsUpperHalf() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    short[] samples = ((DataBufferUShort) image.getRaster().getDataBuffer()).getData();
    samples[0] = 0x1234;
    samples[1] = (short) 0xFEDC;
    assertThat(RgbPicture.decode(Pictures.png(image)).rgb())
        .containsExactly(0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE);
  }

  @Test
  void anotherPictureCanLieOverIt() {
    RgbPicture below = new RgbPicture(1, 1, new byte[] {0, 100, (byte) 200});
    RgbPicture above = new RgbPicture(1, 1, new byte[] {(byte) 255, 100, 0});
    assertThat(below.blend(above, 0.25).rgb()).containsExactly(64, 100, 150);
    assertThat(below.blend(above, 0).rgb()).isEqualTo(below.rgb());
    assertThat(below.blend(above, 1).rgb()).isEqualTo(above.rgb());
    assertThatThrownBy(() -> below.blend(new RgbPicture(2, 1, new byte[6]), 0.5))
        .hasMessage("a 2x1 picture cannot lie over one of 1x1");
  }

  @Test
  void damageIsAnError() {
    byte[] png = Pictures.png(Pictures.random(1, 64, 64, BufferedImage.TYPE_3BYTE_BGR));
    png[20] = 100;
    assertThatThrownBy(() -> RgbPicture.decode(png)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RgbPicture.decode(new byte[] {1, 2, 3}))
        .hasMessage("no decoder knows this picture format (3 bytes)");
  }
}
