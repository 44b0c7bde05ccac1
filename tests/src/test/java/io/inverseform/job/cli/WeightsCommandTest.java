package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.golden.Npz;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.job.weights.WeightFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsCommandTest {
  private static final String CHECKPOINT = "ckpt_light_wrapped_legacy.pth";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return Main.execute(new PrintWriter(out), new PrintWriter(err), args);
  }

  private static String golden(String name) {
    return Npz.folder().resolve(name).toString();
  }

  @Test
  void inspectTellsFormatWrappingCountsAndEveryTensor() throws IOException {
    assertThat(execute("weights", "inspect", golden(CHECKPOINT))).as(err.toString()).isZero();
    assertThat(out.toString().lines().findFirst().orElseThrow())
        .endsWith(
            CHECKPOINT
                + ": PyTorch before 1.6, the tensors under state_dict, names without module.");
    assertThat(out.toString()).containsPattern("(?m)^mean_iu: 0\\.\\d+$");
    try (WeightFile file = WeightFiles.golden(CHECKPOINT)) {
      assertThat(out.toString())
          .containsPattern(
              "(?m)^%d tensors \\(\\d+ F32, \\d+ I64\\), [\\d,]+ values$"
                  .formatted(file.names().size()));
      for (String name : file.names()) {
        assertThat(out.toString()).contains("\n" + name + " ", " " + file.tensor(name) + "\n");
      }
    }
  }

  @Test
  void inspectComparesWithAConfiguredNetworkWithoutAnyData() {
    String[] args = {
      "weights", "inspect", golden("model_ocrnet.pth"), "--set", "data.classes=cityscapes"
    };
    assertThat(execute(args)).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^In the configured network of 19 classes: \\d+ matched, .*$")
        .containsPattern(
            "(?m)^of another shape: ocr.cls_head.weight \\[.*], the network has \\[.*]$");
  }

  @Test
  void convertWritesTheSameTensorsAsSafetensors() throws IOException {
    Path to = folder.resolve("out.safetensors");
    assertThat(execute("weights", "convert", golden(CHECKPOINT), to.toString()))
        .as(err.toString())
        .isZero();
    try (WeightFile file = WeightFiles.golden(CHECKPOINT);
        WeightFile copy = WeightFiles.open(to)) {
      assertThat(copy.format()).isEqualTo("safetensors");
      assertThat(copy.names()).containsExactlyElementsOf(file.names());
      assertThat(copy.metadata()).isEqualTo(file.metadata());
      for (String name : file.names()) {
        assertThat(copy.tensor(name).shape()).isEqualTo(file.tensor(name).shape());
        assertThat(copy.values(name)).as(name).isEqualTo(file.values(name));
      }
      assertThat(out.toString()).startsWith(file.names().size() + " tensors of ");
    }
  }

  @Test
  void theOutputIsNamedAsWhatItIs() {
    assertThat(execute("weights", "convert", golden(CHECKPOINT), "out.pth")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "the second file must end in .safetensors, is 'out.pth';"
                + " see 'submit.sh weights convert --help'\n");
  }

  @Test
  void aMissingFileIsTheUsersMistakeAndADamagedOneAFailure() throws IOException {
    assertThat(execute("weights", "inspect", folder + "/none.pth")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "'FILE': there is nothing at %s/none.pth; give a weight file\n".formatted(folder));
    Path text = Files.writeString(folder.resolve("text.pth"), "no weights");
    assertThat(execute("weights", "inspect", text.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("submit.sh weights inspect failed: " + text + " (10 bytes) is no weight file");
  }
}
