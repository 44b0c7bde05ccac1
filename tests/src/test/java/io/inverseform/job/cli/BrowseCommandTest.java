package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.train.SmallRun;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look at data on its way to the network. */
class BrowseCommandTest {
  private static Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void prepare(@TempDir Path temporary) throws Exception {
    folder = temporary;
    try (SparkSession spark = SmallRun.session("local[2]")) {
      new SmallRun(folder).prepare(spark);
    }
  }

  private int execute(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    for (String setting :
        List.of(
            "run=" + folder.resolve("run"),
            "data.table=" + folder.resolve("table"),
            "augment.crop_height=64",
            "augment.crop_width=96",
            "augment.rotation.share=1",
            "augment.photometric.share=1")) {
      all.add("--set");
      all.add(setting);
    }
    return Main.execute(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
  }

  @Test
  void browseDrawsSamplesBesideTheirVariants() throws Exception {
    Path sheet = folder.resolve("sheets/sheet.png");
    assertThat(execute("browse", "--samples=2", "--variants=3", "--output=" + sheet))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).isEqualTo("sheet: file:" + sheet + System.lineSeparator());
    BufferedImage image = ImageIO.read(sheet.toFile());
    assertThat(image.getWidth()).isEqualTo(12 + 4 * 372);
    // Six rows of pictures, 180 or 240 pixels high.
    assertThat(image.getHeight()).isBetween(1200, 1800);
    // The middle of the first variant is a picture, no paper.
    assertThat(image.getRGB(12 + 372 + 180, 200) & 0xFFFFFF).isNotEqualTo(0xFFFFFF);
  }

  @Test
  void browseWritesToTheRunFolderAndRefusesUnknownSamples() {
    assertThat(execute("browse", "--split=val", "--samples=1", "--variants=1")).isZero();
    assertThat(folder.resolve("run/browse-val.png")).exists();
    assertThat(execute("browse", "--id=nowhere")).isEqualTo(2);
    assertThat(err.toString()).contains("split train has no sample 'nowhere'");
    assertThat(execute("browse", "--variants=0")).isEqualTo(2);
    assertThat(err.toString()).contains("--samples and --variants must be at least 1");
  }

  @Test
  void benchDataTellsWhatEachPartCosts() throws Exception {
    assertThat(execute("bench", "data", "--samples=4")).as(err.toString()).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("source").asText()).isEqualTo("128x64");
    assertThat(json.get("crop").asText()).isEqualTo("96x64");
    assertThat(json.get("decode_ms").fieldNames())
        .toIterable()
        .containsExactly(
            "read", "labels", "picture", "draw", "crop labels", "edges", "cut picture");
    assertThat(json.get("device_ms").fieldNames())
        .toIterable()
        .containsExactly("upload", "scale", "mirror", "normalise");
    assertThat(json.get("augmentation_ms").fieldNames())
        .toIterable()
        .contains("rotation, in place of scaling", "hue", "blur")
        .hasSize(8);
    assertThat(json.get("decode_total_ms").asDouble()).isPositive();
    assertThat(json.get("images_per_s").asDouble()).isPositive();
    assertThat(Files.exists(folder.resolve("run/metrics"))).isFalse();
    assertThat(execute("bench", "data", "--samples=0")).isEqualTo(2);
  }
}
