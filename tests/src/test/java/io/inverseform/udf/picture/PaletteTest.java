package io.inverseform.udf.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaletteTest {
  @Test
  void everyPixelHasTheColourOfItsClassAndTheRestIsBlack() {
    LabelMap map = new LabelMap(2, 2, new byte[] {0, 1, 2, -1});
    RgbPicture picture = new Palette(List.of(0x010203, 0xFFFE80)).colour(map);
    assertThat(picture.width()).isEqualTo(2);
    assertThat(picture.height()).isEqualTo(2);
    assertThat(picture.rgb()).containsExactly(1, 2, 3, 0xFF, 0xFE, 0x80, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aPngShowsTheColoursAndHoldsTheIds() throws IOException {
    Palette palette = new Palette(List.of(0x010203, 0xFFFE80));
    LabelMap map = new LabelMap(3, 1, new byte[] {1, 0, (byte) LabelMap.IGNORE});
    byte[] png = palette.png(map);
    assertThat(LabelPng.decode(png)).isEqualTo(map);
    assertThat(RgbPicture.decode(png).rgb()).isEqualTo(palette.colour(map).rgb());
  }

  @Test
  void aCatalogueHasItsOwnColours() {
    Palette palette = Palette.of(ClassCatalogue.cityscapes());
    assertThat(palette.rgb(0)).isEqualTo(0x804080);
    assertThat(palette.rgb(18)).isEqualTo(0x770B20);
    assertThat(palette.rgb(19)).isZero();
    assertThat(palette.rgb(LabelMap.IGNORE)).isZero();
  }

  @Test
  void refusesWhatIsNoColour() {
    assertThatThrownBy(() -> new Palette(List.of(0, 0x1000000)))
        .hasMessage("colour of train id 1 must be 0xRRGGBB, is 0x1000000");
    assertThatThrownBy(() -> new Palette(Collections.nCopies(257, 0)))
        .hasMessage("a palette has at most 256 colours, this one 257");
  }
}
