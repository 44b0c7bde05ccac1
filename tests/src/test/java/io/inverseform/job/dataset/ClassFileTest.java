package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import io.inverseform.job.config.DataConfig;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassFileTest {
  private static ClassCatalogue parse(String json) throws IOException {
    byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return ClassFile.parse(text, "classes.json", DataConfig.Labels.IDS).catalogue();
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
    ClassCatalogue catalogue = yaml(yaml, DataConfig.Labels.IDS).catalogue();
    assertThat(catalogue.names()).containsExactly("ground", "sky");
    LabelMap ids = new LabelMap(5, 1, new byte[] {7, 8, 23, 0, 1});
    assertThat(catalogue.toTrainIds(ids).ids()).containsExactly(0, 0, 1, 255, 255);
  }

  private static LabelFiles yaml(String text, DataConfig.Labels labels) throws IOException {
    return ClassFile.parse(text.getBytes(StandardCharsets.UTF_8), "classes.yaml", labels);
  }

  @Test
  void idsThatAreNotListedCanBeIgnored() throws IOException {
    String classes = "classes: [{index: 3, name: road, rgb: [1, 2, 3]}]\n";
    LabelMap ids = new LabelMap(3, 1, new byte[] {3, 7, (byte) 254});
    assertThat(
            yaml(classes + "unlisted: ignored", DataConfig.Labels.IDS)
                .catalogue()
                .toTrainIds(ids)
                .ids())
        .containsExactly(0, 255, 255);
    assertThatThrownBy(() -> yaml(classes, DataConfig.Labels.IDS).catalogue().toTrainIds(ids))
        .hasMessage("label id 7 at (1, 0) belongs to no class and is not ignored");
    assertThatThrownBy(() -> yaml(classes + "unlisted: void", DataConfig.Labels.IDS))
        .hasMessage("'unlisted' must be ignored, or left out, is void");
  }

  @Test
  void labelFilesCanHaveColoursSeveralOfAClass() throws IOException {
    String classes =
        """
        classes:
          - {index: 0, name: road, rgb: [128, 64, 128], source_rgb: [[128, 64, 128], [128, 0, 192]]}
          - {index: 1, name: sky, rgb: [70, 130, 180]}
          - {index: 255, ignored: true, rgb: [0, 0, 0]}
        """;
    BufferedImage image = new BufferedImage(5, 1, BufferedImage.TYPE_INT_RGB);
    int[] colours = {0x4682B4, 0x8000C0, 0x000000, 0x804080, 0x4682B4};
    image.setRGB(0, 0, 5, 1, colours, 0, 5);
    LabelFiles files = yaml(classes, DataConfig.Labels.COLOURS);
    assertThat(files.catalogue().names()).containsExactly("road", "sky");
    assertThat(files.catalogue().toTrainIds(files.decode(Pictures.png(image))).ids())
        .containsExactly(1, 0, 255, 0, 1);

    image.setRGB(3, 0, 0x0A0B0C);
    assertThatThrownBy(() -> files.decode(Pictures.png(image)))
        .hasMessage("colour [10, 11, 12] at (3, 0) belongs to no class and is not ignored");
    LabelFiles lenient = yaml(classes + "unlisted: ignored", DataConfig.Labels.COLOURS);
    assertThat(lenient.catalogue().toTrainIds(lenient.decode(Pictures.png(image))).ids())
        .containsExactly(1, 0, 255, 255, 1);
    assertThatThrownBy(
            () ->
                yaml(classes.replace("[70, 130, 180]", "[128, 0, 192]"), DataConfig.Labels.COLOURS))
        .hasMessage("colour [128, 0, 192] occurs twice");
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
