package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassFileTest {
  private static ClassCatalogue parse(String json) throws IOException {
    byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return ClassFile.parse(text, "classes.json");
  }

  @Test
  void anIgnoredIndexLeavesNoGapInTheTrainIds() throws IOException {
    ClassCatalogue catalogue =
        parse(
            """
            {'ignore_index': 1, 'num_classes': 2, 'width': 480, 'classes': [
              {'index': 2, 'name': 'Road', 'rgb': [128, 64, 128], 'ignored': false},
              {'index': 0, 'name': 'Sky', 'rgb': [1, 2, 3], 'ignored': false},
              {'index': 1, 'name': 'Void', 'rgb': [0, 0, 0], 'ignored': true}]}
            """);
    assertThat(catalogue.names()).containsExactly("Sky", "Road");
    assertThat(catalogue.classes().get(1).rgb()).isEqualTo(0x804080);
    LabelMap trainIds = catalogue.toTrainIds(new LabelMap(4, 1, new byte[] {0, 1, 2, (byte) 255}));
    assertThat(trainIds.ids()).containsExactly(0, 255, 1, 255);
  }

  @Test
  void aManifestKeepsTheCatalogue() throws IOException {
    ClassCatalogue cityscapes = ClassCatalogue.cityscapes();
    byte[] json = TableManifest.of("settings", cityscapes, List.of(), List.of()).json();
    assertThat(TableManifest.parse(json, "manifest").catalogue().catalogue()).isEqualTo(cityscapes);
  }

  @Test
  void anyTableOfIdsCanBeWrittenInYaml() throws IOException {
    String yaml =
        """
        # Two ids are one class, two are ignored.
        classes:
          - {index: 0, name: ground, rgb: [128, 64, 128], source_ids: [7, 8]}
          - {index: 1, name: sky, rgb: [70, 130, 180], source_ids: [23]}
          - {index: 255, ignored: true, source_ids: [0, 1]}
        """;
    ClassCatalogue catalogue =
        ClassFile.parse(yaml.getBytes(StandardCharsets.UTF_8), "classes.yaml");
    assertThat(catalogue.names()).containsExactly("ground", "sky");
    LabelMap ids = new LabelMap(5, 1, new byte[] {7, 8, 23, 0, 1});
    assertThat(catalogue.toTrainIds(ids).ids()).containsExactly(0, 0, 1, 255, 255);
  }

  @Test
  void refusesIncompleteFiles() {
    assertThatThrownBy(() -> parse("{}")).hasMessage("it has no list 'classes'");
    assertThatThrownBy(() -> parse("{'classes': [{'index': 0, 'name': 'Sky'}]}"))
        .hasMessage("class 0 needs a name and three rgb values");
    assertThatThrownBy(
            () -> parse("{'classes': [{'index': 0, 'name': 'Sky', 'rgb': [0, 0, 256]}]}"))
        .hasMessage("class 0 has the rgb value 256, not in 0..255");
  }
}
