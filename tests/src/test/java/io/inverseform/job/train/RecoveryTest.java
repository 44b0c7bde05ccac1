package io.inverseform.job.train;

import static io.inverseform.job.train.TrainingCluster.CHECKPOINT_EVERY;
import static io.inverseform.job.train.TrainingCluster.START;
import static io.inverseform.job.train.TrainingCluster.signal;
import static io.inverseform.job.train.TrainingCluster.wake;
import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trainings on a cluster whose executors are processes of their own, disturbed. {@code
 * -Dfault.runs=20} makes 20 seeded runs, {@code -Dfault.seed=7} begins with seed 7. Each either
 * ends with the bits of an undisturbed one, or with a message within its limit, and then goes on to
 * those bits; the seeds take turns among the faults.
 */
@Tag("fault")
class RecoveryTest {
  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final int HEARTBEAT = 5;

  @TempDir private static Path folder;
  private static TrainingCluster cluster;

  @BeforeAll
  static void prepare() throws Exception {
    cluster = new TrainingCluster(folder);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void repair() throws Exception {
    cluster.daemons().repair();
  }

  static LongStream seeds() {
    long first = Long.getLong("fault.seed", 1);
    return LongStream.range(first, first + Integer.getInteger("fault.runs", 4));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aFaultCostsTimeButNoBit(long seed) throws Exception {
    Fault fault = Fault.values()[(int) ((seed - 1) % Fault.values().length)];
    long start = System.nanoTime();
    new FaultTrial(cluster, fault, seed).run(fault);
    System.out.printf("seed %d: %s, %.1f s%n", seed, fault, (System.nanoTime() - start) / 1e9);
  }

  @Test
  void aStoppedExecutorIsNamedAndReplacedWithinTheHeartbeatLimit() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(cluster.run("stopped"));
        SubmitScript.Running training =
            cluster.train("stopped", "train.heartbeat_seconds=" + HEARTBEAT)) {
      ProcessHandle executor = cluster.executor(training, 1);
      metrics.awaitStep(CHECKPOINT_EVERY + 3, START);
      try {
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
        // Not earlier: the last heartbeat came up to a second before, on a busy machine two.
        assertThat(told).isGreaterThan(HEARTBEAT - 2.5);
        cluster.assertUndisturbedBits(result);
        assertThat(executor.isAlive()).isFalse();
      } finally {
        wake(executor);
      }
    }
  }

  @Test
  void aHostThatFreezesEndsTheTrainingWithAMessageThatNamesIt() throws Exception {
    String[] limits = {"train.heartbeat_seconds=" + HEARTBEAT, "train.timeout_seconds=10"};
    try (MetricsFollower metrics = new MetricsFollower(cluster.run("frozen"));
        SubmitScript.Running training = cluster.train("frozen", limits)) {
      ProcessHandle executor = cluster.executor(training, 0);
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
        wake(worker);
      }
    }
  }

  @Test
  void failuresWithACheckpointInBetweenDoNotUseUpTheRestarts() throws Exception {
    try (MetricsFollower metrics = new MetricsFollower(cluster.run("twice"));
        SubmitScript.Running training = cluster.train("twice", "train.max_restarts=1")) {
      ProcessHandle executor = cluster.executor(training, 0);
      metrics.awaitStep(CHECKPOINT_EVERY + 3, START);
      for (Path samples : cluster.localSamples()) {
        Files.write(samples, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      }
      metrics.awaitAttempts(2, RECOVERY);
      int step = 3 * CHECKPOINT_EVERY + 1;
      metrics.awaitStep(step, START);
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
      FaultTrial.assertNamesTheKilled(result, 2, "[01]", step);
      cluster.assertUndisturbedBits(result);
    }
  }
}
