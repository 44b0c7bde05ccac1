package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before Spark starts. */
class PredictCommandTest {
  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return Main.execute(new PrintWriter(new StringWriter()), new PrintWriter(err), args);
  }

  @Test
  void withoutAnArchiveOneIsToExport() {
    String run = "run=" + folder.resolve("run");
    assertThat(execute("predict", "--input", folder.toString(), "--output", "out", "--set", run))
        .isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "'--archive': there is nothing at file:%s/run/archive; give it, or run export first\n"
                .formatted(folder));
  }

  @Test
  void withoutAModelOneIsToTrain() {
    assertThat(
            execute("export", "--set", "run=" + folder + "/run", "--set", "data.table=" + folder))
        .isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "'run': there is nothing at file:%s/run/model.safetensors; set it, or run train first\n"
                .formatted(folder));
  }

  @Test
  void outputWithinTheInputIsRefused() throws IOException {
    Path archive = Files.createDirectories(folder.resolve("archive"));
    String[] args = {
      "predict",
      "--archive",
      archive.toString(),
      "--input",
      folder.toString(),
      "--output",
      folder.resolve("out").toString()
    };
    assertThat(execute(args)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "'--output' must lie outside of '--input' = file:%s, is file:%1$s/out\n"
                .formatted(folder));
  }

  @Test
  void aFolderOrASplitIsNeeded() {
    assertThat(execute("predict", "--output", "out")).isEqualTo(2);
    assertThat(err.toString()).contains("(--input=FOLDER | --split=NAME)");
  }
}
