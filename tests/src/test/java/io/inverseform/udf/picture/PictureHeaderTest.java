package io.inverseform.udf.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PictureHeaderTest {
  private static final BufferedImage RGB = Pictures.random(1, 53, 31, BufferedImage.TYPE_3BYTE_BGR);
  private static final BufferedImage GREY =
      Pictures.random(2, 53, 31, BufferedImage.TYPE_BYTE_GRAY);

  @Test
  void readsTheSizeOfEveryKind() throws IOException {
    for (byte[] file :
        new byte[][] {
          Pictures.png(RGB),
          Pictures.png(GREY),
          Pictures.jpeg(RGB, false),
          Pictures.jpeg(RGB, true),
          Pictures.jpeg(GREY, false)
        }) {
      assertThat(PictureHeader.check(file)).isEqualTo(new PictureHeader(53, 31));
    }
  }

  @Test
  void everyTruncationOfAJpegIsFound() {
    for (boolean progressive : new boolean[] {false, true}) {
      byte[] jpeg = Pictures.jpeg(RGB, progressive);
      for (int length = 3; length < jpeg.length; length++) {
        byte[] part = Arrays.copyOf(jpeg, length);
        assertThatThrownBy(() -> PictureHeader.check(part))
            .as("%d of %d bytes", length, jpeg.length)
            .isInstanceOf(IOException.class)
            .hasMessageMatching("JPEG is (truncated|damaged).*");
      }
    }
  }

  @Test
  void bytesBehindTheEndOfAJpegDoNotMatter() throws IOException {
    byte[] jpeg = Pictures.jpeg(RGB, false);
    assertThat(PictureHeader.check(Arrays.copyOf(jpeg, jpeg.length + 100)))
        .isEqualTo(new PictureHeader(53, 31));
  }

  @Test
  void refusesAJpegThatClaimsTooManyPixels() {
    byte[] jpeg = Pictures.jpeg(RGB, false);
    for (int i = 0; i < jpeg.length - 9; i++) {
      if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
        ByteBuffer.wrap(jpeg).putInt(i + 5, 0xFFFFFFFF);
      }
    }
    assertThatThrownBy(() -> PictureHeader.check(jpeg))
        .hasMessage("JPEG header claims 65535x65535 pixels; 1 to 134217728 pixels are accepted");
  }

  @Test
  void refusesWhatIsNoPicture() {
    assertThatThrownBy(() -> PictureHeader.check(new byte[0])).hasMessage("file is empty");
    assertThatThrownBy(() -> PictureHeader.check(new byte[100]))
        .hasMessage("neither a JPEG nor a PNG file");
  }
}
