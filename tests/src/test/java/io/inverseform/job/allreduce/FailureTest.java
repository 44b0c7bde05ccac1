package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.ConfigException;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static final FloatRange ALL = new FloatRange(0, 640);

  private static void step(Exchange exchange, long step) {
    exchange.reduceScatter(ALL);
    exchange.allGather(step, (range, gradient, offset) -> {});
  }

  @Test
  void theRootCauseOfOneWorkerReachesAllOthersAndTheDriver() throws Exception {
    try (Workers workers = new Workers(3)) {
      List<Future<Void>> runs =
          workers.start(
              640,
              0,
              (client, exchange, memory) -> {
                for (long step = 0; ; step++) {
                  if (step == 4 && client.rank() == 1) {
                    throw new IllegalStateException("no space left on device");
                  }
                  step(exchange, step);
                  client.progress(step, "");
                }
              });
      assertThat(Workers.failure(runs.get(1))).hasMessage("no space left on device");
      for (int rank : new int[] {0, 2}) {
        assertThat(Workers.failure(runs.get(rank)))
            .isInstanceOf(PeerFailedException.class)
            .hasMessageContaining("rank 1 (localhost:");
      }
      WorkerFailure root = workers.coordinator.failure().orElseThrow();
      assertThat(root.rank()).isEqualTo(1);
      assertThat(root.step()).isEqualTo(3);
      assertThat(root.consequence()).isFalse();
      assertThat(root.toString())
          .matches("rank 1 \\(localhost:\\d+\\) failed after step 3: .*no space left on device");
      assertThat(root.stackTrace()).contains("FailureTest");
    }
  }

  @Test
  void aWorkerThatOnlyComputesLearnsOfAnothersFailureByItsHeartbeat() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<Future<Void>> runs =
          workers.start(
              640,
              0,
              (client, exchange, memory) -> {
                if (client.rank() == 0) {
                  throw new IllegalStateException("bad picture");
                }
                while (client.abortReason().isEmpty()) {
                  Thread.onSpinWait();
                }
                throw new PeerFailedException(client.abortReason().get());
              });
      assertThat(Workers.failure(runs.get(1)))
          .hasMessageMatching(
              "the attempt ended because rank 0 \\(localhost:\\d+\\) failed before its first step: .*bad picture");
      assertThat(workers.coordinator.failure().orElseThrow().message()).contains("bad picture");
    }
  }

  @Test
  void aPeerThatNeverComesToTheStepIsNamedWhenTheLimitIsOver() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (Workers workers = new Workers(3, Workers.LONG, Duration.ofSeconds(2), Workers.conf())) {
      List<Future<Void>> runs =
          workers.start(
              640,
              17,
              (client, exchange, memory) -> {
                if (client.rank() == 1) {
                  end.await();
                } else if (client.rank() == 0) {
                  exchange.reduceScatter(ALL);
                  exchange.allGather(17, (range, gradient, offset) -> {});
                } else {
                  exchange.sum(new double[3]);
                }
                return null;
              });
      assertThat(Workers.failure(runs.get(0)))
          .hasMessageMatching(
              "rank 0 \\(localhost\\) at step 17: waited 2 s for gradients of its shard \\[0, 192\\) from"
                  + " rank 1 \\(localhost:\\d+\\), rank 2 \\(localhost:\\d+\\)\\. See the logs of those executors;"
                  + " if they are alive and only slow, raise train.timeout_seconds\\.");
      assertThat(Workers.failure(runs.get(2)))
          .hasMessageContaining("rank 2 (localhost) at step 17: ")
          .hasMessageContaining("the sum of 3 values (round 0) from rank 0");
      end.countDown();
    }
  }

  @Test
  void aWorkerThatFallsSilentIsReportedWithHostAndLastStep() {
    List<WorkerFailure> failures = new ArrayList<>();
    Roster roster =
        new Roster(
            1, Duration.ofSeconds(300), Duration.ofSeconds(60), workers -> {}, failures::add);
    roster.register(
        "connection", new Control.Register(0, "", new Address("a", 1), Map.of()), r -> {}, 0);
    roster.progress(
        "connection", new Control.Progress(12, ""), r -> {}, Duration.ofSeconds(5).toNanos());
    roster.check(Duration.ofSeconds(65).toNanos());
    assertThat(failures).isEmpty();
    roster.check(Duration.ofSeconds(66).toNanos());
    assertThat(failures).hasSize(1);
    assertThat(failures.get(0).kind()).isEqualTo(WorkerFailure.Kind.SILENT);
    assertThat(roster.rootCause().orElseThrow().toString())
        .startsWith("rank 0 (a:1) failed after step 12: no heartbeat for 61 s");
  }

  @Test
  void aDriverThatWasStoppedItselfBlamesNobody() {
    List<WorkerFailure> failures = new ArrayList<>();
    Roster roster =
        new Roster(
            1, Duration.ofSeconds(300), Duration.ofSeconds(60), workers -> {}, failures::add);
    roster.register(
        "connection", new Control.Register(0, "", new Address("a", 1), Map.of()), r -> {}, 0);
    for (int second : new int[] {1, 100, 120, 140, 160}) {
      roster.check(Duration.ofSeconds(second).toNanos());
    }
    assertThat(failures).isEmpty();
    roster.check(Duration.ofSeconds(161).toNanos());
    assertThat(roster.rootCause().orElseThrow().message()).startsWith("no heartbeat for 61 s");
  }

  @Test
  void aFailureThatWouldComeBackIsMarked() throws Exception {
    assertThat(kind(new UnrecoverableException("no finite gradient")))
        .isEqualTo(WorkerFailure.Kind.UNRECOVERABLE);
    assertThat(kind(new IllegalStateException("disk full"))).isEqualTo(WorkerFailure.Kind.ERROR);
  }

  @Test
  void onlyWhatOurOwnChecksRefuseWouldComeBack() {
    assertThat(List.of(new ConfigException("a refused key"), new UnrecoverableException("")))
        .allSatisfy(
            refused ->
                assertThat(WorkerFailure.Kind.of(new IllegalStateException(refused)))
                    .isEqualTo(WorkerFailure.Kind.UNRECOVERABLE));
    // As Hadoop and the JDK throw them on a host that is in trouble.
    assertThat(
            List.of(
                new IllegalArgumentException(new UnknownHostException("store")),
                new UncheckedIOException(
                    new FileNotFoundException("part-0.parquet (Too many open files)"))))
        .allSatisfy(
            trouble ->
                assertThat(WorkerFailure.Kind.of(trouble)).isEqualTo(WorkerFailure.Kind.ERROR));
    assertThat(
            WorkerFailure.Kind.of(
                new UnrecoverableException("", new PeerFailedException("rank 1 is gone"))))
        .isEqualTo(WorkerFailure.Kind.CONSEQUENCE);
  }

  @Test
  void reportsThatAreNotHandledWithinTheLimitAreAFailure() throws Exception {
    try (Workers workers = new Workers(1, Duration.ofSeconds(2), Workers.LONG, Workers.conf())) {
      Workers.results(
          workers.start(
              64,
              0,
              (client, exchange, memory) -> {
                client.progress(0, Workers.ENDLESS);
                client.progress(1, "the last checkpoint");
                return null;
              }));

      workers.coordinator.close();

      assertThat(workers.coordinator.failure().orElseThrow())
          .hasToString(
              "the driver has not handled all reports of the workers within 2 s"
                  + " (train.timeout_seconds): see whether its disk or the run folder's file system"
                  + " hangs");
      assertThat(workers.progress).isEmpty();
    }
  }

  private static WorkerFailure.Kind kind(RuntimeException thrown) throws Exception {
    try (Workers workers = new Workers(1)) {
      Future<Void> run =
          workers
              .<Void>start(
                  64,
                  0,
                  (client, exchange, memory) -> {
                    throw thrown;
                  })
              .get(0);
      assertThat(Workers.failure(run)).isSameAs(thrown);
      return workers.coordinator.failure().orElseThrow().kind();
    }
  }

  @Test
  void aVanishedWorkerIsTheRootCauseEvenIfAPeerNoticedFirst() {
    Roster roster = new Roster(2, Workers.LONG, Workers.LONG, workers -> {}, failure -> {});
    roster.register("a", new Control.Register(0, "", new Address("a", 1), Map.of()), r -> {}, 0);
    roster.register("b", new Control.Register(1, "", new Address("b", 1), Map.of()), r -> {}, 0);
    roster.failed(
        "a", new Control.Failed("lost rank 1", "trace", WorkerFailure.Kind.CONSEQUENCE), r -> {});
    assertThat(roster.rootCause().orElseThrow().rank()).isZero();
    roster.disconnected("b");
    assertThat(roster.rootCause().orElseThrow().toString())
        .isEqualTo(
            "rank 1 (b:1) failed before its first step: its connection to the driver was closed: the executor ended or was cut off");
  }

  @Test
  void aStoppedWaitSaysWhatItWaitedFor() throws Exception {
    try (Workers workers = new Workers(2)) {
      CountDownLatch end = new CountDownLatch(1);
      List<Future<Void>> runs =
          workers.start(
              640,
              0,
              (client, exchange, memory) -> {
                if (client.rank() == 0) {
                  workers.coordinator.abort("the user pressed Ctrl-C");
                  exchange.sum(new double[1]);
                }
                end.await();
                return null;
              });
      assertThat(Workers.failure(runs.get(0)))
          .hasMessageContaining("gave up waiting for the sum of 1 values")
          .hasMessageContaining("the user pressed Ctrl-C");
      end.countDown();
    }
  }

  @Test
  void aDriverThatEndsTheAttemptStopsTheWorkersWithoutBlamingThem() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<Future<Void>> runs =
          workers.start(
              640,
              0,
              (client, exchange, memory) -> {
                if (client.rank() == 0) {
                  workers.coordinator.close();
                }
                while (true) {
                  exchange.sum(new double[1]);
                }
              });
      assertThat(Workers.failure(runs.get(0))).isInstanceOf(PeerFailedException.class);
      assertThat(Workers.failure(runs.get(1))).isInstanceOf(PeerFailedException.class);
      assertThat(workers.failures).isEmpty();
      assertThat(workers.coordinator.failure()).isEmpty();
    }
  }

  @Test
  void whyTheAttemptEndedIsKnownWhenTheDriverIsGoneAfterIt() throws Exception {
    try (Workers workers = new Workers(2)) {
      WorkerSettings settings = workers.settings(0);
      try (Transport transport =
              new Transport(
                  settings.conf(),
                  settings.security(),
                  settings.listen(),
                  settings.limit(),
                  new PeerServer());
          DriverLink link = new DriverLink(settings, transport, "partition 0")) {
        workers.coordinator.abort("the user pressed Ctrl-C");
        assertThat(link.heartbeat()).succeedsWithin(Workers.LONG);
        workers.coordinator.close();
        assertThat(link.heartbeat()).failsWithin(Workers.LONG);
        assertThat(link.abortReason()).contains("the user pressed Ctrl-C");
      }
    }
  }

  @Test
  void aReportThatTheDriverCannotHandleEndsTheAttempt() throws Exception {
    try (Workers workers = new Workers(2)) {
      List<Future<Void>> runs =
          workers.start(
              640,
              0,
              (client, exchange, memory) -> {
                for (long step = 0; ; step++) {
                  step(exchange, step);
                  client.progress(step, step == 3 && client.rank() == 1 ? Workers.POISON : "");
                }
              });
      List<Throwable> failures = new ArrayList<>();
      for (Future<Void> run : runs) {
        failures.add(Workers.failure(run));
      }
      // The other rank may see the first one's connections close before the driver's word comes.
      assertThat(failures)
          .allSatisfy(failure -> assertThat(failure).isInstanceOf(PeerFailedException.class))
          .anySatisfy(
              failure ->
                  assertThat(failure)
                      .hasMessageContaining(
                          "the driver could not handle the report of rank 1 at step 3"));
      WorkerFailure root = workers.coordinator.failure().orElseThrow();
      assertThat(root.toString()).contains("no space left on the driver's disk");
      assertThat(root.stackTrace()).contains("onProgress");
    }
  }

  @Test
  void misuseIsNamed() throws Exception {
    try (Workers workers = new Workers(2)) {
      for (Future<String> run :
          workers.start(
              640,
              5,
              (client, exchange, memory) -> {
                exchange.reduceScatter(new FloatRange(0, 100));
                StringBuilder errors = new StringBuilder();
                for (Runnable wrong :
                    List.<Runnable>of(
                        () -> exchange.reduceScatter(new FloatRange(99, 5)),
                        () -> exchange.reduceScatter(new FloatRange(600, 41)),
                        () -> exchange.allGather(6, (range, gradient, offset) -> {}),
                        () -> exchange.allGather(5, (range, gradient, offset) -> {}))) {
                  try {
                    wrong.run();
                  } catch (RuntimeException e) {
                    errors.append(e.getMessage().replace("rank 1", "rank 0")).append('\n');
                  }
                }
                exchange.reduceScatter(new FloatRange(100, 540));
                exchange.allGather(5, (range, gradient, offset) -> {});
                return errors.toString();
              })) {
        assertThat(run.get())
            .isEqualTo(
                """
                rank 0, step 5: gradient range [99, 104) is outside [0, 640) or was handed over before in this step
                rank 0, step 5: gradient range [600, 641) is outside [0, 640) or was handed over before in this step
                rank 0: step 6 is to be ended, but the exchange is in step 5
                rank 0, step 5: 540 of 640 gradient values were not handed over
                """);
      }
    }
  }

  @Test
  void ranksThatSumDifferentNumbersOfValuesAreTold() throws Exception {
    try (Workers workers = new Workers(2)) {
      for (Future<double[]> run :
          workers.start(
              64, 0, (client, exchange, memory) -> exchange.sum(new double[2 + client.rank()]))) {
        assertThat(Workers.failure(run))
            .hasMessageContaining("they do not run the same code or configuration");
      }
    }
  }
}
