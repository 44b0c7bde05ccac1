package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.inverseform.golden.Goldens;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.ClassScore;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PositionPrior;
import io.inverseform.job.evaluate.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    // Inside of the training two workers had a share of the pictures each.
    assertThat(outcome.scores())
        .containsExactly(
            entry(Segmentation.MEAN_IOU, scores.meanIou()),
            entry("accuracy", scores.accuracy()),
            entry("boundary_f", scores.boundaryF()),
            entry("boundary_iou", scores.boundaryIou().mean()));
    Scores prior = PositionPrior.run(spark, config);
    assertThat(prior.classes())
        .extracting(ClassScore::pixels)
        .isEqualTo(scores.classes().stream().map(ClassScore::pixels).toList());
    assertThat(prior.images()).isEqualTo(3);
    assertThat(Files.readAllLines(metrics(config)))
        .hasSize(9)
        .allSatisfy(line -> assertThat(line).contains("\"segmentation\":", "\"learning_rate\":"));
  }

  @ParameterizedTest
  @CsvSource({"float32, 0, 1", "bfloat16, 1, 1", "float32, 1, 3"})
  void aStoppedAndResumedRunEndsWithTheBitsOfAnUndisturbedOne(
      String wire, double clipNorm, int localSteps) throws Exception {
    String[] exchange = {
      "train.exchange.wire=" + wire,
      "optimizer.clip_norm=" + clipNorm,
      "train.exchange.local_steps=" + localSteps
    };
    String name = wire + "-" + localSteps;
    Training.Outcome whole = run(small.config("undisturbed-" + name, exchange), false);
    run(small.config("stopped-" + name, with(exchange, "train.max_steps=4")), false);

    Training.Outcome resumed = run(small.config("stopped-" + name, exchange), true);

    assertThat(resumed.step()).isEqualTo(whole.step());
    assertThat(resumed.weightsCrc()).isEqualTo(whole.weightsCrc());
  }

  /** With dropout, and with all that is carried from step to step. */
  @Test
  void aRunThatIsStoppedAfterEveryStepEndsWithTheBitsOfAnUndisturbedOne() throws Exception {
    String[] carried = {
      "train.exchange.wire=bfloat16", "optimizer.clip_norm=1", "optimizer.ema_decay=0.9"
    };
    Training.Outcome whole = run(small.config("in-one-go", carried), false);

    Training.Outcome last = null;
    for (int step = 1; step <= whole.step(); step++) {
      last = run(small.config("by-steps", with(carried, "train.max_steps=" + step)), step > 1);
      assertThat(last.step()).isEqualTo(step);
    }

    assertThat(last.weightsCrc()).isEqualTo(whole.weightsCrc());
  }

  /** With everything that is drawn, so that nothing can hide in an order of threads. */
  @Test
  void oneDecodeThreadAndEightMakeTheSameWeights() throws Exception {
    String[] drawn = {
      "train.max_steps=4",
      "train.batch=1",
      "train.accumulate=2",
      "data.class_uniform={share: 0.5, bias: {car: 2}}",
      "augment.cat_max_ratio=0.75",
      "augment.rotation.share=0.5",
      "augment.photometric.share=0.5",
      "augment.jitter.share=0.5",
      "augment.blur.share=0.5"
    };
    Training.Outcome one =
        run(
            small.config("thread-1", with(drawn, "train.decode_threads=1", "train.prefetch=1")),
            false);
    Training.Outcome eight =
        run(
            small.config("thread-8", with(drawn, "train.decode_threads=8", "train.prefetch=5")),
            false);

    assertThat(eight.weightsCrc()).isEqualTo(one.weightsCrc());
    assertThat(one.starvation()).isBetween(0.0, 1.0);
    assertThat(Files.readAllLines(metrics(small.config("thread-8"))))
        .allSatisfy(line -> assertThat(line).containsPattern("\"starvation\":0\\.\\d"));
  }

  /** Also with another number of workers, of which each step has more or fewer samples. */
  @ParameterizedTest
  @CsvSource({"2, 2, 2", "2, 1, 3"})
  void aRunStoppedWithinAnEpochSeesWhatIsLeftOnce(int before, int after, int batch)
      throws Exception {
    String name = "within-%d-%d".formatted(before, after);
    JobConfig stopped =
        small.config(name, "train.workers=" + before, "train.batch=" + batch, "train.max_steps=1");
    JobConfig resumed =
        small.config(name, "train.workers=" + after, "train.batch=" + batch, "train.epochs=2");

    SeenSamples.Factory.SEEN.clear();
    Training.run(spark, stopped, new SeenSamples.Factory(), false);
    int first = SeenSamples.Factory.SEEN.size();
    Training.run(spark, resumed, new SeenSamples.Factory(), true);

    assertThat(first).isEqualTo(before * batch);
    assertThat(SeenSamples.Factory.SEEN)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 22).mapToObj(i -> i / 11 + ":" + i % 11).toList());
  }

  @Test
  void aBiasForAClassThatTheTableLacksIsRefusedBeforeWorkersStart() {
    JobConfig config = small.config("biased", "data.class_uniform={share: 0.5, bias: {carr: 2}}");

    assertThatThrownBy(() -> run(config, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("names the class 'carr'");
  }

  @ParameterizedTest
  @CsvSource({"group, 0.1, 1e-5", "sync_batch, 0, 1e-4"})
  void oneWorkerAndTwoWithHalfTheBatchMakeTheSameStep(
      String norm, double clipNorm, double tolerance) throws Exception {
    String[] step = {
      "model.norm.type=" + norm, "train.max_steps=1", "optimizer.clip_norm=" + clipNorm
    };
    JobConfig one = small.config("one-" + norm, with(step, "train.workers=1", "train.batch=4"));
    JobConfig two = small.config("two-" + norm, with(step, "train.workers=2", "train.batch=2"));

    run(one, false);
    run(two, false);

    // After one step the momentum is the gradient.
    assertThat(Goldens.relativeL2(SavedState.momentum(two, 1), SavedState.momentum(one, 1)))
        .isLessThan(tolerance);
  }

  @Test
  void synchronisedWorkersStayEqualAlsoWhereOneHasNoExamples() throws Exception {
    // Eleven samples: a step of ten, and one in which a rank has none.
    JobConfig config = small.config("synchronised", "model.norm.type=sync_batch", "train.batch=5");

    Training.Outcome outcome = run(config, false);

    assertThat(outcome.step()).isEqualTo(6);
    float[] first = SavedState.of(config, outcome.step(), 0, 2).buffers().array();
    float[] second = SavedState.of(config, outcome.step(), 1, 2).buffers().array();
    assertThat(Arrays.equals(first, second)).as("the same running statistics").isTrue();
    assertThat(first).doesNotContain(Float.NaN);
  }

  @Test
  void aDamagedCheckpointCostsTheStepsSinceTheOneBefore() throws Exception {
    Training.Outcome whole = run(small.config("unharmed"), false);
    run(small.config("harmed", "train.max_steps=7"), false);
    Path newest = Path.of(small.config("harmed").run(), "checkpoints", "step-00000007");
    Path part;
    try (Stream<Path> files = Files.list(newest)) {
      part = files.filter(file -> file.toString().endsWith(".bin")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 1;
    Files.write(part, bytes);
    Files.delete(part.resolveSibling("." + part.getFileName() + ".crc"));

    // The workers find it, since the driver has looked at the lengths only.
    Training.Outcome resumed = run(small.config("harmed"), true);

    assertThat(resumed.weightsCrc()).isEqualTo(whole.weightsCrc());
    assertThat(newest).doesNotExist();
    assertThat(
            Files.readAllLines(Path.of(small.config("harmed").run(), "metrics/attempt-00003.jsonl"))
                .get(0))
        .startsWith("{\"step\":7,");
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
  void aRunThatEndedBeforeItsModelWasWrittenOnlyMakesThatWhenResumed() throws Exception {
    JobConfig config = small.config("complete", "train.max_steps=2");
    Training.Outcome outcome = run(config, false);
    Path model = model(config);
    byte[] written = Files.readAllBytes(model);
    Files.delete(model);

    Training.Outcome resumed = run(config, true);

    assertThat(resumed.step()).isEqualTo(outcome.step());
    assertThat(resumed.weightsCrc()).isEqualTo(outcome.weightsCrc());
    assertThat(resumed.scores()).isEmpty();
    assertThat(Files.readAllBytes(model)).isEqualTo(written);
    assertThatThrownBy(() -> run(config, true))
        .hasMessageContaining("complete is already trained up to step 2 of 2");
  }

  @Test
  void aModelOfAnEarlierStepIsNoReasonNotToMakeTheLastOne() throws Exception {
    JobConfig shorter = small.config("outdated", "train.max_steps=1");
    run(shorter, false);
    byte[] earlier = Files.readAllBytes(model(shorter));
    JobConfig config = small.config("outdated", "train.max_steps=2");
    run(config, true);
    byte[] written = Files.readAllBytes(model(config));
    Files.write(model(config), earlier);
    Files.deleteIfExists(Path.of(config.run(), ".model.safetensors.crc"));

    run(config, true);

    assertThat(Files.readAllBytes(model(config))).isEqualTo(written).isNotEqualTo(earlier);
  }

  @Test
  void aRunFolderThatFailsDoesNotHideWhyTheAttemptEnded() throws Exception {
    JobConfig config = small.config("unlisted");
    Files.createDirectories(Path.of(config.run()));
    Files.createFile(Path.of(config.run(), "checkpoints"));
    FileSystem failing =
        new RawLocalFileSystem() {
          @Override
          public FileStatus[] listStatus(org.apache.hadoop.fs.Path folder) throws IOException {
            throw new IOException("the disk is gone");
          }
        };
    Checkpoints checkpoints =
        new Checkpoints(failing, new org.apache.hadoop.fs.Path(config.run(), "checkpoints"));
    Attempt.Task task = new Attempt.Task(new Segmentation.Factory(), config, new Configuration());
    RunFolder folder = new RunFolder(config.run(), new Configuration());

    try (StopRequests stops = new StopRequests(folder, Duration.ofMinutes(1));
        TrainingMonitor monitor = new TrainingMonitor(config.train(), folder, 1)) {
      Attempts attempts = new Attempts(spark.sparkContext(), task, checkpoints, monitor, stops);
      assertThatThrownBy(() -> attempts.run(0))
          .isInstanceOf(TrainingException.class)
          .hasMessageMatching(
              "(?s)rank [01] \\(\\S+:\\d+\\) failed after step 3: .*; another attempt cannot begin,"
                  + " the run folder fails: java.io.IOException: the disk is gone\n.*")
          .satisfies(
              failure ->
                  assertThat(failure.getSuppressed())
                      .extracting(Throwable::getMessage)
                      .containsExactly("the disk is gone"));
    }
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
    // Each attempt has metrics of its own: they show how it went.
    List<org.apache.hadoop.fs.Path> attempts =
        new RunFolder(config.run(), new Configuration()).metricsFiles();
    assertThat(attempts)
        .hasSize(3)
        .allSatisfy(file -> assertThat(Files.readAllLines(Path.of(file.toUri()))).hasSize(3));
  }

  @Test
  void checkpointsOfAnotherNetworkAreRefusedAtOnce() throws Exception {
    run(small.config("grown", "train.max_steps=1"), false);
    JobConfig larger = small.config("grown", "model.heads.0.mid=48");

    assertThatThrownBy(() -> run(larger, true))
        .hasMessageMatching("(?s)rank [01] .*checkpoint .* holds .* the configured network has .*")
        .hasNoSuppressedExceptions();
  }

  @Test
  void aWorkerThatFailsBeforeItHasJoinedIsNamed(@TempDir Path damaged) throws Exception {
    SmallRun other = new SmallRun(damaged);
    other.prepare(spark);
    JobConfig config = other.config("run", "train.max_restarts=1");
    damageThePictures(damaged.resolve("table/samples"));

    assertThatThrownBy(() -> run(config, false))
        .hasMessageMatching(
            "(?s)partition [01] \\(executor driver on \\S+\\) failed: \\S+: partition [01] on \\S+: \\S+parquet"
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
        int pictures = startOfThirdColumn(file);
        Arrays.fill(bytes, pictures, pictures + 64, (byte) 0);
        Files.write(file, bytes);
        Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
      }
    }
  }

  private static int startOfThirdColumn(Path file) throws IOException {
    try (var footer =
        org.apache.parquet.hadoop.ParquetFileReader.open(
            org.apache.parquet.hadoop.util.HadoopInputFile.fromPath(
                new org.apache.hadoop.fs.Path(file.toUri()),
                new org.apache.hadoop.conf.Configuration()))) {
      return (int) footer.getRowGroups().get(0).getColumns().get(2).getStartingPos();
    }
  }

  private static Training.Outcome run(JobConfig config, boolean resume) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), resume);
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.of(settings, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static Path metrics(JobConfig config) {
    return Path.of(config.run(), "metrics", "attempt-00001.jsonl");
  }

  private static Path model(JobConfig config) {
    return Path.of(config.run(), "model.safetensors");
  }
}
