package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CatalogueJsonTest {
  private static ClassCatalogue parse(String json) throws IOException {
    return CatalogueJson.parse(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
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
  void whatIsWrittenIsRead() throws IOException {
    ClassCatalogue cityscapes = ClassCatalogue.cityscapes();
    assertThat(CatalogueJson.parse(CatalogueJson.format(cityscapes))).isEqualTo(cityscapes);
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
