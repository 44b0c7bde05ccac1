package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Result;
import io.inverseform.job.archive.SmallArchive;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.train.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a run's weights to pictures of what it predicts, by the launcher. */
@Tag("cluster")
class ExportAndPredictTest {
  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static String settings;

  /** A table of scenes, and random weights in place of a training. */
  @BeforeAll
  static void prepare() throws IOException {
    SmallRun small = new SmallRun(shared);
    small.prepare(LocalSpark.session());
    JobConfig config = small.config("run");
    SmallArchive.writeWeights(shared.resolve("run/model.safetensors"), config.model(), 19);
    settings =
        " --set run=%s --set data.table=%s"
            .formatted(shared.resolve("run"), shared.resolve("table"));
  }

  private Result submit(Map<String, String> environment, String line)
      throws IOException, InterruptedException {
    return new SubmitScript(folder).run(environment, line);
  }

  @Test
  void aModelIsExportedWithoutSparkAndPredictsASplitAndAFolder() throws Exception {
    Result exported = submit(Map.of("SPARK_HOME", "/nowhere"), "export" + settings);
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.out())
        .matches(
            "\\d+ of \\d+ tensors, [\\d,]+ values of file:%s/run/model.safetensors to file:%1$s/run/archive\n"
                .formatted(shared));

    Result split = submit(Map.of(), "predict --split val --output split" + settings);
    assertThat(split.exitCode()).as(split.err()).isZero();
    assertThat(split.out()).startsWith("3 of 3 pictures predicted, 0 failed, in ");
    assertThat(split.err()).containsPattern("predict  3/3 images  100 %  \\S+ images/s");

    Files.writeString(folder.resolve("text.png"), "no picture");
    Files.createDirectories(folder.resolve("in/x"));
    Files.copy(someScene(), folder.resolve("in/x/scene.png"));
    Files.move(folder.resolve("text.png"), folder.resolve("in/text.png"));
    Result below =
        submit(
            Map.of(),
            "predict --archive %s/run/archive --input in --output predicted".formatted(shared)
                + " -- --master local-cluster[1,1,1024]");
    assertThat(below.exitCode()).as(below.err()).isZero();
    assertThat(below.out())
        .startsWith("1 of 2 pictures predicted, 1 failed, in ")
        .endsWith("failed file:%s/in/text.png: neither a JPEG nor a PNG file\n".formatted(folder));
    for (String kind : List.of("ids", "color", "overlay")) {
      assertThat(folder.resolve("predicted/" + kind + "/x/scene.png")).isNotEmptyFile();
      assertThat(folder.resolve("split/" + kind).toFile().list()).hasSize(3);
    }
  }

  private static Path someScene() throws IOException {
    try (var files = Files.walk(shared.resolve("pictures/leftImg8bit/val"))) {
      return files.filter(file -> file.toString().endsWith(".png")).findFirst().orElseThrow();
    }
  }

  @Test
  void aPredictionOfNothingButBrokenPicturesFails() throws Exception {
    Path archive = SmallArchive.write(folder.resolve("small"));
    Files.createDirectories(folder.resolve("in"));
    Files.writeString(folder.resolve("in/text.png"), "no picture");
    Result result =
        submit(Map.of(), "predict --archive %s --input in --output predicted".formatted(archive));
    assertThat(result.out()).startsWith("0 of 1 pictures predicted, 1 failed, in ");
    assertThat(result.exitCode()).isEqualTo(1);
  }
}
