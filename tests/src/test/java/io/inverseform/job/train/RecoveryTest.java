package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.StandaloneCluster;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trainings on a cluster whose executors are processes of their own, disturbed. {@code
 * -Dfault.runs=20} makes 20 seeded kills, {@code -Dfault.seed=7} begins with seed 7.
 */
@Tag("fault")
class RecoveryTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final int CHECKPOINT_EVERY = 8;
  private static final int STEPS = 48;
  private static final int HEARTBEAT = 5;
  private static final Pattern WEIGHTS =
      Pattern.compile("step " + STEPS + ": loss \\S+ at first, .*; weights ([0-9a-f]{8}) in ");

  @TempDir private static Path folder;
  private static StandaloneCluster cluster;
  private static String undisturbed;

  @BeforeAll
  static void prepare() throws Exception {
    SparkSession spark = SmallRun.session("local[2]");
    new SmallRun(folder).prepare(spark);
    spark.stop();
    cluster = new StandaloneCluster(2, SubmitScript.ROOT.resolve("tests/target/cluster"));
    try (SubmitScript.Running run = train("undisturbed")) {
      undisturbed = weights(run.end());
    }
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  static LongStream seeds() {
    long first = Long.getLong("fault.seed", 1);
    return LongStream.range(first, first + Integer.getInteger("fault.runs", 2));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aKilledExecutorIsReplacedAndTheTrainingEndsWithTheSameBits(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    int step = CHECKPOINT_EVERY + 1 + random.nextInt(STEPS - CHECKPOINT_EVERY - 8);
    int rank = random.nextInt(2);
    Path run = folder.resolve("killed-" + seed);
    try (MetricsFollower metrics = new MetricsFollower(run);
        SubmitScript.Running training = train("killed-" + seed)) {
      ProcessHandle executor = executor(training, rank);
      metrics.awaitStep(step, START);
      long killed = System.nanoTime();
      assertThat(executor.destroyForcibly()).isTrue();
      metrics.awaitAttempts(2, RECOVERY);
      double seconds = (System.nanoTime() - killed) / 1e9;

      SubmitScript.Result result = training.end();
      System.out.printf(
          "seed %d: rank %d killed after step %d, recovered in %.1f s, weights %s, undisturbed %s%n",
          seed, rank, step, seconds, weights(result), undisturbed);
      Matcher message =
          Pattern.compile(
                  "attempt 1 ended after step (\\d+): rank "
                      + rank
                      + " \\(127\\.0\\.0\\.1:\\d+\\) failed after step (\\d+): its connection to the driver"
                      + " was closed: .*; Spark says of executor \\d+ on 127\\.0\\.0\\.1: .*: attempt 2 goes on"
                      + " from the checkpoint of step (\\d+) \\(restart 1 of 3 ")
              .matcher(result.err());
      assertThat(message.find()).as(result.err()).isTrue();
      assertThat(Integer.parseInt(message.group(1))).isGreaterThanOrEqualTo(step);
      assertThat(Integer.parseInt(message.group(3)) % CHECKPOINT_EVERY).isZero();
      assertThat(weights(result)).isEqualTo(undisturbed);
      assertThat(result.err()).contains(images() + "/" + images() + " images");
    }
  }

  @Test
  void aStoppedExecutorIsNamedAndReplacedWithinTheHeartbeatLimit() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(folder.resolve("stopped"));
        SubmitScript.Running training = train("stopped", "train.heartbeat_seconds=" + HEARTBEAT)) {
      ProcessHandle executor = executor(training, 1);
      metrics.awaitStep(CHECKPOINT_EVERY + 3, START);
      long stopped = System.nanoTime();
      signal("STOP", executor);
      training
          .err()
          .await(
              "rank 1 \\(127\\.0\\.0\\.1:\\d+\\) failed after step \\d+: no heartbeat for \\d+ s: the"
                  + " executor hangs, was stopped or was cut off",
              Duration.ofSeconds(HEARTBEAT + 5));
      double told = (System.nanoTime() - stopped) / 1e9;
      metrics.awaitAttempts(2, RECOVERY);
      double seconds = (System.nanoTime() - stopped) / 1e9;

      SubmitScript.Result result = training.end();
      System.out.printf("stopped: told after %.1f s, recovered in %.1f s%n", told, seconds);
      assertThat(told).isGreaterThan(HEARTBEAT - 1);
      assertThat(weights(result)).isEqualTo(undisturbed);
      assertThat(executor.isAlive()).isFalse();
    }
  }

  @Test
  void aHostThatFreezesEndsTheTrainingWithAMessageThatNamesIt() throws Exception {
    String[] limits = {"train.heartbeat_seconds=" + HEARTBEAT, "train.timeout_seconds=10"};
    try (MetricsFollower metrics = new MetricsFollower(folder.resolve("frozen"));
        SubmitScript.Running training = train("frozen", limits)) {
      ProcessHandle executor = executor(training, 0);
      ProcessHandle worker = executor.parent().orElseThrow();
      metrics.awaitStep(CHECKPOINT_EVERY + 1, START);
      try {
        signal("STOP", worker);
        signal("STOP", executor);
        SubmitScript.Result result = training.end();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
            .containsPattern(
                "train failed: rank 0 \\(127\\.0\\.0\\.1:\\d+\\) failed after step \\d+: no heartbeat for"
                    + " \\d+ s: .*; the tasks of rank 0 \\(executor \\d+ on 127\\.0\\.0\\.1\\) have not ended"
                    + " within 10 s \\(train\\.timeout_seconds\\): end these processes by hand, then go on"
                    + " with --resume");
      } finally {
        executor.destroyForcibly();
        signal("CONT", worker);
      }
    }
  }

  @Test
  void failuresWithACheckpointInBetweenDoNotUseUpTheRestarts() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(folder.resolve("twice"));
        SubmitScript.Running training = train("twice", "train.max_restarts=1")) {
      ProcessHandle executor = executor(training, 0);
      metrics.awaitStep(CHECKPOINT_EVERY + 3, START);
      for (Path samples : localSamples()) {
        Files.write(samples, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      }
      metrics.awaitAttempts(2, RECOVERY);
      metrics.awaitStep(3 * CHECKPOINT_EVERY + 1, START);
      assertThat(executor.destroyForcibly()).isTrue();
      metrics.awaitAttempts(3, RECOVERY);

      SubmitScript.Result result = training.end();
      assertThat(result.err())
          .containsPattern(
              "attempt 1 ended after step \\d+: rank [01] \\(127\\.0\\.0\\.1:\\d+\\) failed after step"
                  + " \\d+: java\\.io\\.IOException: local copy \\S+ is damaged \\(it ends at byte"
                  + " \\d+\\).*: attempt 2 goes on from the checkpoint of step \\d+ \\(restart 1 of 1 ")
          .containsPattern(
              "attempt 2 ended after step \\d+: rank [01] .*: attempt 3 goes on from the checkpoint"
                  + " of step \\d+ \\(restart 1 of 1 ");
      assertThat(weights(result)).isEqualTo(undisturbed);
    }
  }

  private static SubmitScript.Running train(String run, String... more) throws Exception {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "train.epochs=100",
                "train.max_steps=" + STEPS,
                "train.validate_every=100",
                "train.checkpoint_every=" + CHECKPOINT_EVERY));
    settings.addAll(List.of(more));
    JobConfig config = new SmallRun(folder).config(run, settings.toArray(String[]::new));
    Path home = Files.createDirectories(folder.resolve("home-" + run));
    Path file = Files.writeString(home.resolve("config.yaml"), ConfigYaml.write(config));
    return new SubmitScript(home)
        .start(
            Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
            ("train --config %s"
                    + " -- --master %s --executor-memory 1g --executor-cores 1"
                    + " --conf spark.ui.enabled=false --conf spark.local.dir=%s"
                    // Trainings this short end before the compiler's work pays.
                    + " --driver-java-options -XX:TieredStopAtLevel=1"
                    + " --conf spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1")
                .formatted(file, cluster.url(), folder.resolve("local")));
  }

  /** The process in which a rank's first attempt runs. */
  private static ProcessHandle executor(SubmitScript.Running training, int rank) throws Exception {
    Matcher place = training.err().await("rank " + rank + " is executor (\\d+) on \\S+", START);
    return cluster.executor(place.group(1));
  }

  private static List<Path> localSamples() throws Exception {
    try (Stream<Path> files = Files.walk(folder.resolve("local"))) {
      return files.filter(file -> file.toString().endsWith(".samples")).toList();
    }
  }

  private static void signal(String name, ProcessHandle process) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  private static int images() {
    int stepsPerEpoch = 3;
    return STEPS / stepsPerEpoch * 11;
  }

  private static String weights(SubmitScript.Result result) {
    Matcher line = WEIGHTS.matcher(result.out());
    assertThat(line.find()).as(result.err() + result.out()).isTrue();
    return line.group(1);
  }
}
