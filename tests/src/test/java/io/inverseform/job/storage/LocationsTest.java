package io.inverseform.job.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocationsTest {
  private final Locations locations = new Locations(new SparkConf(false));

  @Test
  void relativePathsBecomeAbsolute() {
    JobConfig config =
        ConfigLoader.loadDemo(List.of("data.source=file:/pictures", "pretrain.pictures=others"));
    JobConfig absolute = locations.absolute(config);
    Path here = Path.of("").toAbsolutePath();
    assertThat(absolute.run()).isEqualTo("file:" + here.resolve("runs/demo"));
    assertThat(absolute.data().source()).isEqualTo("file:/pictures");
    assertThat(absolute.data().table()).isEqualTo("file:" + here.resolve("data/synthetic-table"));
    assertThat(absolute.data().layout()).isEqualTo(config.data().layout());
    assertThat(absolute.model()).isEqualTo(config.model());
    assertThat(absolute.pretrain().weights()).isEmpty();
    assertThat(absolute.pretrain().pictures()).isEqualTo("file:" + here.resolve("others"));
  }

  @Test
  void weightFilesBecomeAbsoluteAndMustBeThere(@TempDir Path folder) {
    JobConfig config =
        locations.absolute(
            ConfigLoader.loadDemo(
                List.of("model.pretrained.file=a.pth", "pretrain.weights=" + folder + "/b.pth")));
    String here = "file:" + Path.of("").toAbsolutePath();
    assertThat(config.model().pretrained().file()).isEqualTo(here + "/a.pth");
    assertThat(config.pretrain().weights()).isEqualTo("file:" + folder + "/b.pth");
    assertThatThrownBy(() -> locations.requirePretrained(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "'model.pretrained.file': there is nothing at %s/a.pth; set it to a weight file, or to"
                + " nothing",
            here);
    assertThatCode(() -> locations.requirePretrained(ConfigLoader.loadDemo(List.of())))
        .doesNotThrowAnyException();
  }

  @Test
  void theDefaultFileSystemIsTheOneThatSparkIsGiven() {
    SparkConf conf = new SparkConf(false).set("spark.hadoop.fs.defaultFS", "viewfs://tables/");
    assertThatThrownBy(() -> new Locations(conf).absolute(ConfigLoader.loadDemo(List.of())))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("'run' cannot be reached at runs/demo: ");
  }

  @Test
  void anUnknownFileSystemIsNamedWithItsKey() {
    JobConfig config = ConfigLoader.loadDemo(List.of("data.table=nowhere://bucket/table"));
    assertThatThrownBy(() -> locations.absolute(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "'data.table' cannot be reached at nowhere://bucket/table:"
                + " No FileSystem for scheme \"nowhere\"");
  }

  @Test
  void aPlaceWithNothingThereIsRefusedWithTheRemedy(@TempDir Path folder) {
    assertThatCode(() -> locations.require("data.source", folder.toString(), "?"))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> locations.require("data.source", folder + "/none", "run synthesize first"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("'data.source': there is nothing at %s/none; run synthesize first", folder);
  }

  @Test
  void tryingToWriteLeavesNothingBehind(@TempDir Path folder) throws IOException {
    long free = locations.tryWriting("run", folder.resolve("runs/one").toString());
    assertThat(free).isBetween(1L, folder.toFile().getTotalSpace());
    assertThat(folder).isEmptyDirectory();
    Path kept = Files.createDirectories(folder.resolve("kept"));
    locations.tryWriting("run", kept.toString());
    assertThat(kept).isEmptyDirectory();
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsTold(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> locations.tryWriting("run", file + "/run"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("'run' cannot be written to at %s/run: ".formatted(file));
  }
}
