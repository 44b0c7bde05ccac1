package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.inverseform.golden.Goldens;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PositionPrior;
import io.inverseform.job.evaluate.Scores;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  private static SparkSession spark;
  private static SmallRun small;

  @BeforeAll
  static void prepare(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aRunLeavesAModelThatCanBeScored() throws Exception {
    JobConfig config = small.config("whole");

    Training.Outcome outcome = run(config, false);

    assertThat(outcome.step()).isEqualTo(9);
    Scores scores = Evaluation.run(spark, config);
    assertThat(scores.images()).isEqualTo(3);
    assertThat(scores.meanIou()).isEqualTo(outcome.scores().get(Segmentation.MEAN_IOU));
    Scores prior = PositionPrior.run(spark, config);
    assertThat(prior.matrix().total()).isEqualTo(scores.matrix().total());
    assertThat(prior.boundary().pictures()).isEqualTo(3);
    assertThat(Files.readAllLines(metrics(config)))
        .hasSize(9)
        .allSatisfy(line -> assertThat(line).contains("\"segmentation\":", "\"learning_rate\":"));
  }

  @Test
  void aStoppedAndResumedRunEndsWithTheBitsOfAnUndisturbedOne() throws Exception {
    Training.Outcome whole = run(small.config("undisturbed"), false);
    run(small.config("stopped", "train.max_steps=4"), false);

    Training.Outcome resumed = run(small.config("stopped"), true);

    assertThat(resumed.step()).isEqualTo(whole.step());
    assertThat(resumed.weightsCrc()).isEqualTo(whole.weightsCrc());
  }

  @Test
  void oneWorkerAndTwoWithHalfTheBatchMakeTheSameStep() throws Exception {
    String[] withoutBatchStatistics = {"model.norm.type=group", "train.max_steps=1"};
    JobConfig one =
        small.config("one", with(withoutBatchStatistics, "train.workers=1", "train.batch=4"));
    JobConfig two =
        small.config("two", with(withoutBatchStatistics, "train.workers=2", "train.batch=2"));

    run(one, false);
    run(two, false);

    // After one step the momentum is the gradient.
    assertThat(Goldens.relativeL2(momentum(two), momentum(one))).isLessThan(1e-5);
  }

  @Test
  void aTrainedRunFolderIsNotOverwritten() throws Exception {
    JobConfig config = small.config("twice", "train.max_steps=1");
    run(config, false);

    assertThatThrownBy(() -> run(config, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("twice holds a training up to step 1: give --resume to go on");
  }

  @Test
  void aRunFolderInUseIsRefused() throws Exception {
    JobConfig config = small.config("locked");
    RunFolder folder = new RunFolder(config.run(), new Configuration());
    RunFolder.Lock lock = folder.lock();
    try {
      assertThatThrownBy(() -> run(config, false))
          .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
    } finally {
      lock.close();
    }
  }

  @Test
  void theRootCauseOfAFailedWorkerIsTold() throws Exception {
    JobConfig config = small.config("exploding", "optimizer.learning_rate=1e30", "train.epochs=9");

    assertThatThrownBy(() -> run(config, false))
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching("(?s)rank [01] \\(.*no finite gradient in .* steps.*")
        .hasNoSuppressedExceptions();
  }

  @Test
  void anAttemptAfterTheLastCheckpointOnlyMakesTheModel() throws Exception {
    JobConfig config = small.config("complete", "train.max_steps=2");
    Training.Outcome outcome = run(config, false);
    RunFolder folder = new RunFolder(config.run(), new Configuration());
    byte[] model = Files.readAllBytes(Path.of(folder.model().toUri()));
    Files.delete(Path.of(folder.model().toUri()));
    Attempt.Task task = new Attempt.Task(new Segmentation.Factory(), config, new Configuration());

    try (TrainingMonitor monitor = new TrainingMonitor(config.train(), folder, 1)) {
      assertThat(
              new Attempts(spark.sparkContext(), task, folder.checkpoints(), monitor)
                  .run(outcome.step()))
          .extracting(Worker.Result::step, Worker.Result::weightsCrc)
          .containsOnly(tuple(outcome.step(), outcome.weightsCrc()));
    }
    assertThat(Files.readAllBytes(Path.of(folder.model().toUri()))).isEqualTo(model);
  }

  @Test
  void attemptsWithoutANewCheckpointEnd() throws Exception {
    JobConfig config = small.config("unwritable", "train.max_restarts=2");
    Files.createDirectories(Path.of(config.run()));
    Files.createFile(Path.of(config.run(), "checkpoints"));

    assertThatThrownBy(() -> run(config, false))
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching(
            "(?s)rank [01] \\(\\S+:\\d+\\) failed after step 3: \\S+: .*; given up after 2"
                + " restarts without a new checkpoint \\(train\\.max_restarts\\)\n.*\tat .*Checkpoints.*")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .hasSize(2)
                    .allSatisfy(
                        earlier ->
                            assertThat(earlier).hasMessageContaining("failed after step 3")));
    assertThat(Files.readAllLines(metrics(config))).hasSize(3);
  }

  @Test
  void checkpointsOfAnotherNetworkAreRefusedAtOnce() throws Exception {
    run(small.config("grown", "train.max_steps=1"), false);
    JobConfig larger = small.config("grown", "model.ocr.mid=48");

    assertThatThrownBy(() -> run(larger, true))
        .hasMessageMatching("(?s)rank [01] .*checkpoint .* holds .* the configured network has .*")
        .hasNoSuppressedExceptions();
  }

  @Test
  void aWorkerThatFailsBeforeItHasJoinedIsNamed(@TempDir Path damaged) throws Exception {
    SmallRun other = new SmallRun(damaged);
    other.prepare(spark);
    JobConfig config = other.config("run", "train.max_restarts=1");
    damageThePictures(damaged.resolve("table"));

    assertThatThrownBy(() -> run(config, false))
        .hasMessageMatching(
            "(?s)rank [01] \\(executor driver on \\S+\\) failed: \\S+: partition [01] on \\S+: \\S+parquet"
                + " cannot be read as part of a sample table: .*; given up after 1 restarts .*"
                + "\tat .*LocalCopy.*")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
  }

  @Test
  void aNetworkThatIsNotThereIsMissedOnce() {
    JobConfig config =
        small.config(
            "without", SmallRun.INVERSE_FORM, "pretrain.run=" + small.config("none").run());

    assertThatThrownBy(() -> run(config, false))
        .hasMessageContaining("no inverse-transform network at ")
        .hasNoSuppressedExceptions();
  }

  /** The driver reads other columns only. */
  private static void damageThePictures(Path table) throws IOException {
    try (Stream<Path> files = Files.walk(table)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length / 4, bytes.length / 2, (byte) 0);
        Files.write(file, bytes);
        Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
      }
    }
  }

  private static Training.Outcome run(JobConfig config, boolean resume) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), resume);
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.of(settings, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static Path metrics(JobConfig config) {
    return Path.of(config.run(), "metrics", "from-step-00000001.jsonl");
  }

  private static float[] momentum(JobConfig config) throws IOException {
    Checkpoints checkpoints = new RunFolder(config.run(), new Configuration()).checkpoints();
    Checkpoints.Manifest manifest = checkpoints.read(1);
    Checkpoints.State state =
        new Checkpoints.State(
            0,
            0,
            FloatBuffer.allocate(manifest.weights()),
            new float[manifest.weights()],
            FloatBuffer.allocate(manifest.buffers()));
    checkpoints.restore(manifest, 1, state);
    return state.momentum();
  }
}
