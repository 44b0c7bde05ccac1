package io.inverseform.udf.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue.LabelClass;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassCatalogueTest {
  @Test
  void cityscapesMapsItsLabelIdsToNineteenTrainIds() {
    byte[] ids = new byte[35];
    for (int i = 0; i < 34; i++) {
      ids[i] = (byte) i;
    }
    ids[34] = (byte) 255;
    ClassCatalogue catalogue = ClassCatalogue.cityscapes();
    LabelMap trainIds = catalogue.toTrainIds(new LabelMap(35, 1, ids));
    int[] expected = {
      255, 255, 255, 255, 255, 255, 255, 0, 1, 255, 255, 2, 3, 4, 255, 255, 255, 5, 255, 6, 7, 8, 9,
      10, 11, 12, 13, 14, 15, 255, 255, 16, 17, 18, 255
    };
    for (int i = 0; i < expected.length; i++) {
      assertThat(trainIds.id(i, 0)).as("label id %d", i).isEqualTo(expected[i]);
    }
    assertThat(catalogue.size()).isEqualTo(19);
    assertThat(catalogue.names()).startsWith("road", "sidewalk").endsWith("bicycle");
  }

  @Test
  void trainIdsBecomeTheFirstIdsOfLabelFiles() {
    ClassCatalogue catalogue =
        new ClassCatalogue(
            List.of(new LabelClass("car", 0, List.of(26, 29)), new LabelClass("sky", 1, List.of())),
            List.of());
    LabelMap labelIds = catalogue.toSourceIds(new LabelMap(2, 1, new byte[] {0, (byte) 255}));
    assertThat(labelIds.ids()).containsExactly(26, 255);
    assertThatThrownBy(() -> catalogue.toSourceIds(new LabelMap(1, 1, new byte[] {1})))
        .hasMessage("class 'sky' has no id in label files: its source ids are empty");
    assertThatThrownBy(() -> catalogue.toSourceIds(new LabelMap(1, 1, new byte[] {2})))
        .hasMessage("train id 2 is none of 2 classes");
  }

  @Test
  void refusesUnknownIdsAndSaysWhere() {
    LabelMap map = new LabelMap(2, 2, new byte[] {7, 7, 7, 77});
    assertThatThrownBy(() -> ClassCatalogue.cityscapes().toTrainIds(map))
        .hasMessage("label id 77 at (1, 1) belongs to no class and is not ignored");
  }

  @Test
  void refusesContradictions() {
    LabelClass road = new LabelClass("road", 0, List.of(1));
    assertThatThrownBy(() -> new ClassCatalogue(List.of(), List.of()))
        .hasMessage("a catalogue has 1 to 255 classes, this one 0");
    assertThatThrownBy(() -> new ClassCatalogue(List.of(road, road), List.of()))
        .hasMessage("class name 'road' occurs twice");
    assertThatThrownBy(() -> new ClassCatalogue(List.of(road), List.of(1)))
        .hasMessage("source id 1 occurs twice");
    assertThatThrownBy(() -> new ClassCatalogue(List.of(road), List.of(256)))
        .hasMessage("source id 256 is not in 0..255");
    LabelClass ignored = new LabelClass("x", 0, List.of(255));
    assertThatThrownBy(() -> new ClassCatalogue(List.of(ignored), List.of()))
        .hasMessage("class 'x' has source id 255, which means ignore");
  }
}
