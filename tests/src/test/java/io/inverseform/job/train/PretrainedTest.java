package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.golden.Goldens;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.job.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training that starts from the weights of another one. */
class PretrainedTest {
  private static final String WEIGHT = "backbone.conv1.weight";

  private static SparkSession spark;
  private static SmallRun small;
  private static Path first;

  @BeforeAll
  static void prepare(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
    JobConfig config = small.config("first", "train.max_steps=3", "seed=5");
    run(config, false);
    first = model(config);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Training.Outcome run(JobConfig config, boolean resume) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), resume);
  }

  private static Path model(JobConfig config) {
    return Path.of(config.run(), "model.safetensors");
  }

  private static float[] values(Path model) throws IOException {
    try (WeightFile file = WeightFiles.open(model)) {
      return file.values(WEIGHT);
    }
  }

  @Test
  void itStartsFromThemAndGoesOnFromItsOwnCheckpointWithoutTheFile() throws Exception {
    String still = "optimizer.learning_rate=1e-9";
    JobConfig random = small.config("random", "train.max_steps=1", still);
    run(random, false);
    Path file = Files.copy(first, first.resolveSibling("copy.safetensors"));
    String pretrained = "model.pretrained.file=" + file;
    JobConfig config = small.config("second", "train.max_steps=1", still, pretrained);
    run(config, false);

    assertThat(Goldens.relativeL2(values(model(config)), values(first))).isLessThan(1e-5);
    assertThat(Goldens.relativeL2(values(model(random)), values(first))).isGreaterThan(0.1);

    Files.delete(file);
    run(small.config("second", "train.max_steps=2", still, pretrained), true);
    assertThat(Goldens.relativeL2(values(model(config)), values(first))).isLessThan(1e-5);
  }

  @Test
  void aFileThatDoesNotFitOrIsNotThereEndsTheTrainingAtOnce() {
    JobConfig other =
        small.config("unfit", "model.pretrained.file=" + first, "model.heads.0.mid=20");
    assertThatThrownBy(() -> run(other, false))
        .hasMessageContaining("model.safetensors does not fit the configured network: of another")
        .hasNoSuppressedExceptions();
    JobConfig missing = small.config("missing", "model.pretrained.file=" + first + ".none");
    assertThatThrownBy(() -> run(missing, false))
        .hasMessageContaining("there is no weight file at " + first + ".none")
        .hasNoSuppressedExceptions();
  }
}
