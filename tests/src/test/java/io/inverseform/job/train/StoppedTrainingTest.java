package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a session of its own, since it is stopped. */
class StoppedTrainingTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void anApplicationThatEndsDuringTheTrainingIsTheReasonThatIsTold(@TempDir Path folder)
      throws Exception {
    SparkSession spark = SmallRun.session("local[2]");
    SmallRun small = new SmallRun(folder);
    small.prepare(spark);
    JobConfig config = small.config("run", "train.epochs=1000", "train.validate_every=1000");
    try (MetricsFollower metrics = new MetricsFollower(Path.of(config.run()))) {
      CompletableFuture<Training.Outcome> training =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return Training.run(spark, config, new Segmentation.Factory(), false);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      metrics.awaitStep(2, LIMIT);

      spark.stop();

      assertThatThrownBy(() -> training.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("Spark has ended the application: go on with --resume")
          .hasMessageNotContaining("Cannot call methods on a stopped SparkContext");
    }
  }
}
