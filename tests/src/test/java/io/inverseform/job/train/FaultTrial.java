package io.inverseform.job.train;

import static io.inverseform.job.train.TrainingCluster.CHECKPOINT_EVERY;
import static io.inverseform.job.train.TrainingCluster.START;
import static io.inverseform.job.train.TrainingCluster.STEPS;
import static io.inverseform.job.train.TrainingCluster.signal;
import static io.inverseform.job.train.TrainingCluster.wake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inverseform.job.FlakyProxy;
import io.inverseform.job.S3Server;
import io.inverseform.job.SubmitScript.Result;
import io.inverseform.job.SubmitScript.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** A training that a fault befalls at a random moment, and what must come of it. */
final class FaultTrial {
  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final int HEARTBEAT = 5;

  private final TrainingCluster cluster;
  private final SplittableRandom random;
  private final String name;
  private final CheckpointFolder checkpoints;

  FaultTrial(TrainingCluster cluster, Fault fault, long seed) {
    this.cluster = cluster;
    this.random = new SplittableRandom(seed);
    this.name = fault.name().toLowerCase(java.util.Locale.ROOT) + "-" + seed;
    this.checkpoints = new CheckpointFolder(cluster.run(name).resolve("checkpoints"));
  }

  void run(Fault fault) throws Exception {
    switch (fault) {
      case EXECUTOR_KILLED -> executorKilled();
      case DRIVER_KILLED -> driverKilled();
      case CONNECTIONS_CUT -> connectionsCut();
      case DISK_FULL -> diskFull();
      case EXECUTOR_TERMINATED -> executorTerminated();
      case DRIVER_TERMINATED -> driverTerminated();
      case WORKER_DAEMON_KILLED -> workerDaemonKilled();
      case STORE_FAILS -> storeFails();
      case EXECUTOR_STOPPED -> executorStopped();
      case MASTER_KILLED -> masterKilled();
    }
  }

  /**
   * Waits for a random moment of a training that goes on, in a step or between two; returns the
   * step that it is behind.
   */
  private int awaitMoment(Running training, MetricsFollower metrics, int firstStep)
      throws Exception {
    int step = firstStep + random.nextInt(STEPS - 16 - firstStep);
    metrics.awaitStep(step, START);
    assertGoesOn(training, random.nextInt(200));
    return step;
  }

  private static void assertGoesOn(Running training, int millis) throws Exception {
    assertThat(training.process().waitFor(millis, TimeUnit.MILLISECONDS))
        .as("the training has ended: %s", training.err().text())
        .isFalse();
  }

  private void executorKilled() throws Exception {
    int rank = random.nextInt(2);
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      ProcessHandle executor = cluster.executor(training, rank);
      int step = awaitMoment(training, metrics, CHECKPOINT_EVERY + 1);
      awaitCheckpoint(training, checkpoints, CHECKPOINT_EVERY);
      assertThat(executor.destroyForcibly()).isTrue();
      metrics.awaitAttempts(2, RECOVERY);
      Result result = training.end();
      assertNamesTheKilled(result, 1, "" + rank, step);
      cluster.assertUndisturbedBits(result);
    }
  }

  /**
   * What is told of an executor that was killed when a checkpoint was there.
   *
   * @param rank a pattern
   * @param step that had been reported then
   */
  static void assertNamesTheKilled(Result result, int attempt, String rank, int step) {
    Matcher message =
        Pattern.compile(
                "attempt "
                    + attempt
                    + " ended after step (\\d+): rank "
                    + rank
                    + " \\(127\\.0\\.0\\.1:\\d+\\) failed (?:after step \\d+|before its first step): its"
                    + " connection to the driver was closed: .*; Spark says of executor \\d+ on"
                    + " 127\\.0\\.0\\.1: .*: attempt "
                    + (attempt + 1)
                    + " goes on from the checkpoint of step (\\d+) \\(restart 1 of ")
            .matcher(result.err());
    assertThat(message.find()).as(result.err()).isTrue();
    int ended = Integer.parseInt(message.group(1));
    assertThat(ended).isGreaterThanOrEqualTo(step);
    assertThat(Integer.parseInt(message.group(2))).isBetween(CHECKPOINT_EVERY, ended);
    assertThat(Integer.parseInt(message.group(2)) % CHECKPOINT_EVERY).isZero();
    int images = STEPS / 3 * 11;
    assertThat(result.err()).contains(images + "/" + images + " images");
  }

  private void driverKilled() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      awaitMoment(training, metrics, 2 * CHECKPOINT_EVERY + 2);
      training.process().destroyForcibly().waitFor();
    }
    List<Path> whole = checkpoints.whole();
    assertThat(whole).hasSizeGreaterThanOrEqualTo(2);
    Path newest = whole.get(whole.size() - 1);
    CheckpointFolder.damage(newest, random);
    try (Running rest = cluster.resume(name)) {
      Result result = rest.end();
      assertThat(result.err())
          .containsPattern(
              "the checkpoint of step \\d+ is damaged and left out, the one before takes its place:"
                  + " checkpoint file \\S+/"
                  + newest.getFileName()
                  + "/\\S+ ");
      cluster.assertUndisturbedBits(result);
    }
  }

  private void connectionsCut() throws Exception {
    assumeTrue(PeerConnections.canCut(), "cutting connections takes 'ss -K', as root");
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      PeerConnections connections =
          new PeerConnections(cluster.executor(training, 0), cluster.executor(training, 1));
      metrics.awaitStep(1, START);
      List<PeerConnections.Connection> open = connections.list();
      assertThat(open).as("connections between the executors").hasSize(4);
      List<PeerConnections.Connection> cut =
          random.nextBoolean() ? open : List.of(open.get(random.nextInt(open.size())));
      awaitMoment(training, metrics, 1);
      // Of several, the processes may close the others themselves when the first is cut.
      assertThat(PeerConnections.cut(cut)).as("cut of " + cut).isPositive();
      metrics.awaitAttempts(2, RECOVERY);
      Result result = training.end();
      assertThat(result.err())
          .containsPattern(
              "attempt 1 ended after step \\d+: rank [01] \\(127\\.0\\.0\\.1:\\d+\\) failed .*: rank"
                  + " [01] \\(127\\.0\\.0\\.1\\) at step \\d+: lost rank [01] .* while waiting for .*:"
                  + " attempt 2 goes on from");
      cluster.assertUndisturbedBits(result);
    }
  }

  private void diskFull() throws Exception {
    Path disk = Files.createDirectories(checkpoints.path());
    long whole =
        CheckpointFolder.bytes(
            cluster.run("undisturbed").resolve("checkpoints/step-%08d".formatted(STEPS)));
    // Room for one or two checkpoints and a part of the next; two stay when the third is there.
    long size = (long) (whole * (1.2 + 1.6 * random.nextDouble()));
    try (MemoryDisk mounted = new MemoryDisk(disk, size)) {
      try (Running training = cluster.train(name)) {
        Result result = training.end();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
            .containsPattern(
                "train failed: .* cannot be written.*No space left on device.*: make room there, then go"
                    + " on with --resume from the last complete checkpoint");
      }
      List<Path> left = checkpoints.whole();
      assertThat(left).isNotEmpty();
      try (Stream<Path> all = Files.list(disk)) {
        assertThat(all.sorted().toList()).as("half-written ones").isEqualTo(left);
      }
      mounted.resize(8 * whole);
      try (Running rest = cluster.resume(name)) {
        cluster.assertUndisturbedBits(rest.end());
      }
    }
  }

  private void executorTerminated() throws Exception {
    int rank = random.nextInt(2);
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      ProcessHandle executor = cluster.executor(training, rank);
      awaitMoment(training, metrics, 1);
      signal("TERM", executor);
      metrics.awaitAttempts(2, RECOVERY);
      Result result = training.end();
      assertThat(result.err())
          .containsPattern(
              "attempt 1 ended after step (\\d+): rank "
                  + rank
                  + " \\(executor \\d+ on 127\\.0\\.0\\.1\\) was told to end by SIGTERM; all ranks have"
                  + " written a checkpoint: attempt 2 goes on from the checkpoint of step \\1 ");
      assertThat(executor.isAlive()).isFalse();
      cluster.assertUndisturbedBits(result);
    }
  }

  private void driverTerminated() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      awaitMoment(training, metrics, 1);
      // Not by Process, which closes the streams as well.
      signal("TERM", training.process().toHandle());
      Result result = training.end();
      assertThat(result.exitCode()).as(result.err()).isEqualTo(143);
      Matcher line =
          Pattern.compile("stopped after step (\\d+) by SIGTERM, go on with --resume; ")
              .matcher(result.out());
      assertThat(line.find()).as(result.out()).isTrue();
      assertThat(new RunFolder(cluster.run(name).toString(), new Configuration()).checkpoints())
          .satisfies(
              checkpoints ->
                  assertThat(checkpoints.newest()).contains(Long.parseLong(line.group(1))));
    }
    try (Running rest = cluster.resume(name)) {
      cluster.assertUndisturbedBits(rest.end());
    }
  }

  private void workerDaemonKilled() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      ProcessHandle executor = cluster.executor(training, random.nextInt(2));
      ProcessHandle daemon = executor.parent().orElseThrow();
      awaitMoment(training, metrics, 1);
      assertThat(daemon.destroyForcibly()).isTrue();
      daemon.onExit().get(RECOVERY.toSeconds(), TimeUnit.SECONDS);
      cluster.daemons().repair();
      metrics.awaitAttempts(2, RECOVERY);
      Result result = training.end();
      assertThat(result.err()).containsPattern("attempt 1 ended after step \\d+: rank [01] ");
      cluster.assertUndisturbedBits(result);
    }
  }

  /** What the master does is done when all executors are there. */
  private void masterKilled() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name)) {
      awaitMoment(training, metrics, 1);
      assertThat(cluster.daemons().master().destroyForcibly()).isTrue();
      Result result = training.end();
      assertThat(result.err()).doesNotContain("attempt 1 ended");
      cluster.assertUndisturbedBits(result);
    }
  }

  private void executorStopped() throws Exception {
    int rank = random.nextInt(2);
    boolean longer = random.nextBoolean();
    try (MetricsFollower metrics = new MetricsFollower(cluster.run(name));
        Running training = cluster.train(name, "train.heartbeat_seconds=" + HEARTBEAT)) {
      ProcessHandle executor = cluster.executor(training, rank);
      awaitMoment(training, metrics, 1);
      try {
        signal("STOP", executor);
        if (longer) {
          training
              .err()
              .await(
                  "rank "
                      + rank
                      + " \\(127\\.0\\.0\\.1:\\d+\\) failed .*: no heartbeat for \\d+ s: the executor"
                      + " hangs, was stopped or was cut off",
                  Duration.ofSeconds(HEARTBEAT + 5));
        } else {
          assertGoesOn(training, 1 + random.nextInt(2000));
        }
      } finally {
        wake(executor);
      }
      if (longer) {
        metrics.awaitAttempts(2, RECOVERY);
      }
      Result result = training.end();
      if (!longer) {
        assertThat(result.err()).doesNotContain("attempt 1 ended");
      }
      cluster.assertUndisturbedBits(result);
    }
  }

  private void storeFails() throws Exception {
    Path folder = Files.createDirectories(cluster.run(name));
    try (S3Server server = new S3Server(folder);
        FlakyProxy proxy = new FlakyProxy(server.port())) {
      String run = "run=" + server.address("run");
      CheckpointFolder stored = new CheckpointFolder(server.folder().resolve("run/checkpoints"));
      try (Running training = cluster.submit(name, "", s3(proxy), run)) {
        awaitCheckpoint(training, stored, CHECKPOINT_EVERY * (1 + random.nextInt(3)));
        assertGoesOn(training, random.nextInt(200));
        proxy.fail(true);
        await(training, "request refused", () -> proxy.busy() > 0);
        boolean repaired =
            random.nextBoolean()
                && !training.process().waitFor(1 + random.nextInt(2000), TimeUnit.MILLISECONDS);
        if (repaired) {
          proxy.fail(false);
        }
        Result result = training.end();
        if (repaired && result.exitCode() == 0) {
          cluster.assertUndisturbedBits(result);
          return;
        }
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).containsPattern("train failed: .*s3a?://|train failed: .*S3");
        proxy.fail(false);
      }
      // What a run that cannot reach its folder cannot delete.
      Files.deleteIfExists(server.folder().resolve("run/run.lock"));
      try (Running rest = cluster.submit(name, " --resume", s3(proxy), run)) {
        cluster.assertUndisturbedBits(rest.end());
      }
    }
  }

  private static String s3(FlakyProxy proxy) {
    String options = "";
    for (String setting :
        List.of(
            "endpoint=" + S3Server.endpoint(proxy.port()),
            "access.key=" + S3Server.ACCESS_KEY,
            "secret.key=" + S3Server.SECRET_KEY,
            "attempts.maximum=2",
            "retry.limit=2",
            "retry.interval=100ms",
            "retry.throttle.limit=2",
            "retry.throttle.interval=100ms")) {
      options += " --conf spark.hadoop.fs.s3a." + setting;
    }
    return options;
  }

  /** Waits for a complete checkpoint of a step, or of a later one. */
  private static void awaitCheckpoint(Running training, CheckpointFolder folder, int step)
      throws Exception {
    await(training, "checkpoint of step " + step, () -> folder.reaches(step));
  }

  private static void await(Running training, String what, Callable<Boolean> condition)
      throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    while (!condition.call()) {
      boolean ended = training.process().waitFor(20, TimeUnit.MILLISECONDS);
      assertThat(ended && !condition.call())
          .as("the training has ended, no %s: %s", what, training.err().text())
          .isFalse();
      assertThat(System.nanoTime()).as("no " + what + " within " + START).isLessThan(deadline);
    }
  }
}
