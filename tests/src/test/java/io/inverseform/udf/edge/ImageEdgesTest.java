package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class ImageEdgesTest {
  @Test
  void aStepIsAnEdgeOnBothSidesFromFourTimesItsHeightOn() {
    byte[] rgb = grey(10, 10, 60, 60);
    assertThat(ImageEdges.above(200).edges(4, 1, rgb).ids()).containsExactly(0, 1, 1, 0);
    assertThat(ImageEdges.above(200.1).edges(4, 1, rgb).ids()).containsOnly(0);
  }

  @Test
  void coloursCountByTheirLuma() {
    byte[] rgb = {(byte) 255, 0, 0, 0, 0, (byte) 255};
    // Luma 76 and 29.
    assertThat(ImageEdges.above(4 * 47).edges(2, 1, rgb).ids()).containsOnly(1);
    assertThat(ImageEdges.above(4 * 47 + 0.1).edges(2, 1, rgb).ids()).containsOnly(0);
  }

  @Test
  void otsuSeparatesTheOutlineFromNoiseWhateverTheContrast() {
    for (int contrast : new int[] {60, 120, 200}) {
      int side = 40;
      byte[] grey = new byte[side * side];
      KeyedRandom random = new KeyedRandom(contrast);
      for (int i = 0; i < grey.length; i++) {
        boolean inside = i % side >= 20;
        grey[i] = (byte) ((inside ? 20 + contrast : 20) + random.nextInt(4));
      }
      byte[] edges = ImageEdges.otsu().edges(side, side, grey(grey)).ids();
      for (int i = 0; i < edges.length; i++) {
        int column = i % side;
        assertThat(edges[i]).isEqualTo((byte) (column == 19 || column == 20 ? 1 : 0));
      }
    }
  }

  @Test
  void otsuFindsNothingInAFlatPicture() {
    assertThat(ImageEdges.otsu().edges(3, 2, new byte[18]).ids()).containsOnly(0);
  }

  @Test
  void otsuSplitsWhereTheVarianceBetweenThePartsIsLargest() {
    assertThat(Otsu.firstOfUpperPart(new int[] {5, 5, 0, 0, 1, 1})).isEqualTo(2);
    assertThat(Otsu.firstOfUpperPart(new int[] {0, 9, 0, 0, 0, 1})).isEqualTo(2);
    assertThat(Otsu.firstOfUpperPart(new int[] {0, 0, 7})).isEqualTo(3);
  }

  @Test
  void refusesThresholdsThatNoPictureReachesAndWrongSizes() {
    assertThatThrownBy(() -> ImageEdges.above(1141))
        .hasMessageStartingWith("Sobel threshold must be above 0 and at most 1140.3")
        .hasMessageEndingWith("is 1141.0");
    assertThatThrownBy(() -> ImageEdges.otsu().edges(2, 2, new byte[4]))
        .hasMessage("a 2x2 RGB picture cannot hold 4 bytes");
  }

  private static byte[] grey(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return grey(bytes);
  }

  private static byte[] grey(byte[] values) {
    byte[] rgb = new byte[3 * values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = values[i / 3];
    }
    return rgb;
  }
}
