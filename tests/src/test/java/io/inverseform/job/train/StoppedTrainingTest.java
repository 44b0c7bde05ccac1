package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** In a session of its own, since it is stopped. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StoppedTrainingTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String[] LONG = {"train.epochs=1000", "train.validate_every=1000"};

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static SmallRun small;

  @BeforeAll
  static void prepare() throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
  }

  private static CompletableFuture<Training.Outcome> start(JobConfig config) {
    return CompletableFuture.supplyAsync(() -> run(config, false));
  }

  private static Training.Outcome run(JobConfig config, boolean resume) {
    try {
      return Training.run(spark, config, new Segmentation.Factory(), resume);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Order(1)
  void aFileStopsItWithACheckpointAndItGoesOnAsIfItHadNot() throws Exception {
    JobConfig config = small.config("stopped", LONG);
    Path file = Path.of(config.run(), "stop");
    Training.Outcome stopped;
    try (MetricsFollower metrics = new MetricsFollower(Path.of(config.run()))) {
      CompletableFuture<Training.Outcome> training = start(config);
      metrics.awaitStep(2, LIMIT);
      Files.createFile(file);
      stopped = training.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    assertThat(stopped.stopped()).contains(StopCause.FILE);
    assertThat(stopped.exitCode()).isZero();
    assertThat(file).doesNotExist();
    assertThat(new RunFolder(config.run(), new Configuration()).checkpoints().newest())
        .contains(stopped.step());
    String[] end = {LONG[0], LONG[1], "train.max_steps=" + (stopped.step() + 2)};
    Training.Outcome whole = run(small.config("undisturbed", end), false);
    Training.Outcome resumed = run(small.config("stopped", end), true);
    assertThat(resumed.stopped()).isEmpty();
    assertThat(resumed.weightsCrc()).isEqualTo(whole.weightsCrc());
  }

  @Test
  @Order(2)
  void anApplicationThatEndsDuringTheTrainingIsTheReasonThatIsTold() throws Exception {
    JobConfig config = small.config("ended", LONG);
    try (MetricsFollower metrics = new MetricsFollower(Path.of(config.run()))) {
      CompletableFuture<Training.Outcome> training = start(config);
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
