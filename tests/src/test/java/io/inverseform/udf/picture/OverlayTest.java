package io.inverseform.udf.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import org.junit.jupiter.api.Test;

class OverlayTest {
  private static final RgbPicture PICTURE =
      new RgbPicture(2, 1, new byte[] {10, 20, (byte) 255, 40, 50, (byte) 201});
  private static final LabelMap EDGES = new LabelMap(2, 1, new byte[] {0, 1});

  @Test
  void edgesHaveTheirColourAndTheRestIsThePicture() {
    assertThat(new Overlay(0xFF8001).draw(EDGES, PICTURE).rgb())
        .containsExactly(10, 20, 255, 0xFF, 0x80, 0x01);
  }

  @Test
  void aDimmedPictureLeavesTheEdgesAsBright() {
    assertThat(new Overlay(0xFF8001, 0.5).draw(EDGES, PICTURE).rgb())
        .containsExactly(5, 10, 128, 0xFF, 0x80, 0x01);
    assertThat(new Overlay(0xFF8001, 0).draw(EDGES, PICTURE).rgb())
        .containsExactly(0, 0, 0, 0xFF, 0x80, 0x01);
  }

  @Test
  void thePictureItselfStaysAsItWas() {
    byte[] before = PICTURE.rgb().clone();
    new Overlay(0xFFFFFF, 0.1).draw(EDGES, PICTURE);
    assertThat(PICTURE.rgb()).isEqualTo(before);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new Overlay(0).draw(new LabelMap(1, 2, new byte[2]), PICTURE))
        .hasMessage("edges are 1x2, the picture 2x1: scale them to the picture first");
    assertThatThrownBy(() -> new Overlay(0, 1.5))
        .hasMessage("brightness of the picture must be 0 to 1, is 1.5");
    assertThatThrownBy(() -> new Overlay(-1))
        .hasMessage("colour of edges must be 0xRRGGBB, is 0xFFFFFFFF");
  }
}
