package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two workers on hosts of their own, the driver on a third, somebody else on the wire. */
@Tag("cluster")
class TwoHostsTest {
  private static final int FLOATS = 100_000;
  private static final int MANY = 20_000;
  private static final String SECRET = "secret-of-the-application";
  private static final Ports PORTS = new Ports(45_000, 45_009);

  /** Too little for anybody's 2 GB. */
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m", "-XX:TieredStopAtLevel=1");

  private static Namespaces hosts;

  @BeforeAll
  static void connect() throws Exception {
    hosts = new Namespaces();
  }

  @AfterAll
  static void disconnect() throws Exception {
    if (hosts != null) {
      hosts.close();
    }
  }

  private static Wiretap wiretap() throws InterruptedException {
    return new Wiretap(hosts.wire(), Gradients.of(0, 0, FLOATS), Gradients.of(1, 0, FLOATS));
  }

  @Test
  void withoutAuthenticationGradientsCanBeReadOnTheWire() throws Exception {
    try (Wiretap wiretap = wiretap();
        Run run = new Run(Workers.conf(), "")) {
      assertThat(run.finish()).isEqualTo(run.expected());
      wiretap.awaitSilence();
      assertThat(wiretap.plain()).isGreaterThan(10);
    }
  }

  @Test
  void encryptedNothingCanBeReadAndNobodyElseHarmsTheRun() throws Exception {
    SparkConf conf = Workers.authenticated(SECRET);
    try (Wiretap wiretap = wiretap();
        Run run = new Run(conf, SECRET)) {
      List<WorkerStatus> workers = run.awaitStep(3);
      assertThat(workers)
          .extracting(worker -> worker.address().host())
          .containsExactly(Namespaces.DATA + 2, Namespaces.DATA + 3);
      assertThat(workers)
          .extracting(worker -> worker.address().port())
          .allMatch(port -> port >= PORTS.first() && port <= PORTS.last());
      assertThat(run.coordinator.address().port()).isBetween(PORTS.first(), PORTS.last());

      for (WorkerStatus victim : workers) {
        attack(victim.address(), conf);
        ByteBuffer old = old(1 - victim.rank());
        assertThat(Intruder.refusal(victim.address(), conf, old, 256))
            .contains("of step 0 from rank " + (1 - victim.rank()) + ": this shard collects step ");
      }
      attack(run.coordinator.address(), conf);

      long attacked = run.awaitStep(0).get(0).step();
      run.awaitStep(attacked + 3);
      assertThat(run.finish()).isEqualTo(run.expected());
      wiretap.awaitSilence();
      assertThat(wiretap.bytes()).isGreaterThan(run.steps * FLOATS * Float.BYTES);
      assertThat(wiretap.plain()).isZero();
    }
  }

  private static ByteBuffer old(int sender) {
    return Intruder.gradient(Workers.ATTEMPT, sender, 0, sender == 1 ? 0 : FLOATS / 2 + 64, 64);
  }

  private static void attack(Address victim, SparkConf conf) throws Exception {
    assertThat(Intruder.refusal(victim, Workers.conf(), old(1), 256))
        .contains("Unauthenticated call");
    assertThat(Intruder.connecting(victim, Workers.authenticated("another")))
        .contains("spark.authenticate");
    for (int i = 0; i < 3; i++) {
      Intruder.sendGarbage(victim, i);
      assertThat(Intruder.sendUntilClosed(victim, Integer.MAX_VALUE - 100L)).isLessThan(64L << 20);
    }
    Intruder.sendUntilClosed(victim, Intruder.record(victim, conf, old(1), 256));
  }

  /** A training of two worker processes, one a host, until it is told to stop. */
  private static final class Run implements CoordinatorListener, AutoCloseable {
    private final Coordinator coordinator;
    private final List<WorkerProcess> workers = new ArrayList<>();
    private long newest = -1;
    private long steps;

    Run(SparkConf conf, String secret) throws Exception {
      coordinator =
          Coordinator.start(
              new CoordinatorSettings(
                  conf,
                  Workers.security(conf),
                  Listen.of("localhost", Namespaces.CONTROL + "0/24", PORTS),
                  Workers.ATTEMPT,
                  2,
                  Workers.LONG,
                  Workers.LONG),
              this);
      for (int partition = 0; partition < 2; partition++) {
        List<String> options = new ArrayList<>(SMALL);
        options.add("-Dworker.secret=" + secret);
        options.add("-Dworker.network=" + Namespaces.DATA + "0/24");
        options.add("-Dworker.ports=" + PORTS);
        workers.add(
            WorkerProcess.start(
                hosts.on(2 + partition),
                options,
                WorkerProcess.Task.TRAIN_UNTIL_STOPPED,
                coordinator.address(),
                Workers.ATTEMPT,
                partition,
                FLOATS,
                MANY));
      }
    }

    @Override
    public synchronized void onProgress(int rank, long step, String payload) {
      newest = Math.max(newest, step);
      notifyAll();
    }

    @Override
    public synchronized void onFailure(WorkerFailure failure) {
      newest = Long.MAX_VALUE;
      notifyAll();
    }

    synchronized List<WorkerStatus> awaitStep(long step) throws InterruptedException {
      long deadline = System.nanoTime() + Workers.LONG.toNanos();
      while (newest < step && System.nanoTime() < deadline) {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline - System.nanoTime()));
      }
      assertThat(coordinator.failure()).isEmpty();
      assertThat(newest).as("the newest step").isGreaterThanOrEqualTo(step);
      return coordinator.workers();
    }

    /** Stops both; the checksum of their weights, which are equal. */
    String finish() throws Exception {
      awaitStep(3);
      coordinator.requestStop("the test has seen enough");
      List<String> results = new ArrayList<>();
      for (WorkerProcess worker : workers) {
        results.add(worker.result());
      }
      assertThat(coordinator.failure()).isEmpty();
      assertThat(results.get(1)).isEqualTo(results.get(0));
      String[] words = results.get(0).split(" ");
      steps = Long.parseLong(words[0]);
      assertThat(steps).isBetween(4L, MANY - 1L);
      return words[1];
    }

    /** The checksum after as many steps without any exchange. */
    String expected() {
      return WorkerProcess.checksum(Gradients.expected(2, 0, (int) steps, FLOATS, -1));
    }

    @Override
    public void close() {
      workers.forEach(WorkerProcess::kill);
      coordinator.close();
    }
  }
}
