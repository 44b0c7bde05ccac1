package io.inverseform.job.synthesize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SceneSynthesizerTest {
  private static final SynthesizeConfig TINY = new SynthesizeConfig(64, 32, 3, 2);

  @TempDir Path folder;

  @Test
  void aSceneDependsOnSeedSplitAndNumberOnly() {
    Scene scene = new SceneSynthesizer(5, TINY).scene("train", 7);
    Scene again = new SceneSynthesizer(5, new SynthesizeConfig(64, 32, 9, 9)).scene("train", 7);
    assertThat(again.picture().rgb()).isEqualTo(scene.picture().rgb());
    assertThat(again.labels()).isEqualTo(scene.labels());
    for (Scene other :
        List.of(
            new SceneSynthesizer(6, TINY).scene("train", 7),
            new SceneSynthesizer(5, TINY).scene("val", 7),
            new SceneSynthesizer(5, TINY).scene("train", 8))) {
      assertThat(other.picture().rgb()).isNotEqualTo(scene.picture().rgb());
      assertThat(other.labels()).isNotEqualTo(scene.labels());
    }
  }

  @Test
  void everyClassOccursOftenEnoughToBeLearned() {
    SceneSynthesizer synthesizer = new SceneSynthesizer(1, new SynthesizeConfig(128, 64, 40, 1));
    ClassCatalogue catalogue = ClassCatalogue.cityscapes();
    long[] pixels = new long[catalogue.size()];
    int[] scenes = new int[catalogue.size()];
    for (int i = 0; i < 40; i++) {
      LabelMap trainIds = catalogue.toTrainIds(synthesizer.scene("train", i).labels());
      long[] counts = ClassHistogram.count(trainIds, catalogue.size());
      for (int c = 0; c < counts.length; c++) {
        pixels[c] += counts[c];
        scenes[c] += counts[c] > 0 ? 1 : 0;
      }
    }
    long all = 40L * 128 * 64;
    for (String name :
        List.of(
            "road",
            "sidewalk",
            "building",
            "pole",
            "traffic sign",
            "vegetation",
            "sky",
            "person",
            "car")) {
      int c = catalogue.names().indexOf(name);
      assertThat((double) pixels[c] / all).as("share of %s", name).isBetween(0.004, 0.5);
      assertThat(scenes[c]).as("scenes with %s", name).isGreaterThan(20);
    }
  }

  @Test
  void writesTheLayoutOfCityscapes() throws IOException {
    SceneSynthesizer synthesizer = new SceneSynthesizer(5, TINY);
    assertThat(synthesizer.write(folder.toString(), new Configuration())).isEqualTo(5);
    assertThat(files())
        .contains(
            "leftImg8bit/train/generated/generated_000002_000000_leftImg8bit.png",
            "gtFine/train/generated/generated_000002_000000_gtFine_labelIds.png",
            "leftImg8bit/val/generated/generated_000001_000000_leftImg8bit.png",
            "gtFine/val/generated/generated_000001_000000_gtFine_labelIds.png")
        .hasSize(11);
    Scene scene = synthesizer.scene("val", 1);
    byte[] image =
        Files.readAllBytes(
            folder.resolve("leftImg8bit/val/generated/generated_000001_000000_leftImg8bit.png"));
    byte[] label =
        Files.readAllBytes(
            folder.resolve("gtFine/val/generated/generated_000001_000000_gtFine_labelIds.png"));
    assertThat(RgbPicture.decode(image).rgb()).isEqualTo(scene.picture().rgb());
    assertThat(LabelPng.decode(label)).isEqualTo(scene.labels());
  }

  @Test
  void aSecondRunWritesOnlyWhatIsMissing() throws IOException {
    SceneSynthesizer synthesizer = new SceneSynthesizer(5, TINY);
    synthesizer.write(folder.toString(), new Configuration());
    Path missing =
        folder.resolve("gtFine/train/generated/generated_000001_000000_gtFine_labelIds.png");
    Path kept =
        folder.resolve("gtFine/train/generated/generated_000000_000000_gtFine_labelIds.png");
    byte[] label = Files.readAllBytes(missing);
    Files.delete(missing);
    Files.setLastModifiedTime(kept, FileTime.fromMillis(1000));
    assertThat(synthesizer.write(folder.toString(), new Configuration())).isEqualTo(1);
    assertThat(missing).hasBinaryContent(label);
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(FileTime.fromMillis(1000));
    assertThat(synthesizer.write(folder.toString(), new Configuration())).isZero();
  }

  @Test
  void refusesAFolderOfAnotherSeed() throws IOException {
    new SceneSynthesizer(5, TINY).write(folder.toString(), new Configuration());
    assertThatThrownBy(
            () -> new SceneSynthesizer(6, TINY).write(folder.toString(), new Configuration()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds scenes of Marker[version=1, seed=5, width=64")
        .hasMessageContaining("not of Marker[version=1, seed=6, width=64")
        .hasMessageEndingWith("delete it, or set data.source to another folder");
  }

  @Test
  void refusesAFolderWithOtherFiles() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(
            () -> new SceneSynthesizer(5, TINY).write(folder.toString(), new Configuration()))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith(
            "is not empty and not made by synthesize: set data.source to another folder");
    assertThat(files()).containsExactly("thesis.txt");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
