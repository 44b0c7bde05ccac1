package io.inverseform.job.train;

import io.inverseform.job.allreduce.Address;
import io.inverseform.job.allreduce.Coordinator;
import io.inverseform.job.allreduce.CoordinatorListener;
import io.inverseform.job.allreduce.CoordinatorSettings;
import io.inverseform.job.allreduce.Listen;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.allreduce.WorkerFailure;
import io.inverseform.job.allreduce.WorkerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.launcher.JavaModuleOptions;
import scala.Option;

/** Workers of a measurement, each a process on this host, without Spark's session. */
public final class BenchProcesses {
  private static final String HOST = "localhost";
  private static final String ATTEMPT = "bench";
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final int world;
  private final int heapMegabytes;

  /**
   * @param heapMegabytes of each process
   */
  public BenchProcesses(int world, int heapMegabytes) {
    this.world = world;
    this.heapMegabytes = heapMegabytes;
  }

  private static SparkConf conf() {
    return new SparkConf(false).set("spark.app.id", ATTEMPT);
  }

  private static SecurityManager security() {
    return new SecurityManager(
        conf(), Option.empty(), SecurityManager.$lessinit$greater$default$3());
  }

  /**
   * Starts the processes and waits for their end.
   *
   * @param main class that each runs
   * @param arguments of each, given what {@link #join} takes
   * @return what they printed, by partition, which is their rank
   * @throws IOException if a process failed, saying why
   */
  public List<String> run(String main, Function<String, List<String>> arguments)
      throws IOException {
    CoordinatorSettings settings =
        new CoordinatorSettings(conf(), security(), Listen.on(HOST), ATTEMPT, world, LIMIT, LIMIT);
    List<Process> processes = new ArrayList<>();
    try (Coordinator coordinator = Coordinator.start(settings, new Unwatched())) {
      for (int partition = 0; partition < world; partition++) {
        String join = coordinator.address().port() + ":" + partition;
        processes.add(start(main, arguments.apply(join)));
      }
      List<String> printed = new ArrayList<>();
      for (Process process : processes) {
        printed.add(printed(process, coordinator));
      }
      return printed;
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  /**
   * Makes this process one of them.
   *
   * @param join the coordinator's port and the partition
   * @throws IllegalArgumentException if it is not
   */
  static WorkerClient join(String join) {
    if (!join.matches("[0-9]{1,5}:[0-9]{1,5}")) {
      throw new IllegalArgumentException("must be PORT:PARTITION, is '" + join + "'");
    }
    String[] parts = join.split(":");
    return WorkerClient.join(
        new WorkerSettings(
            conf(),
            security(),
            Listen.on(HOST),
            new Address(HOST, Integer.parseInt(parts[0])),
            ATTEMPT,
            Integer.parseInt(parts[1]),
            "",
            Map.of(),
            LIMIT,
            Optional::empty));
  }

  /**
   * What fails is told to the coordinator before anything is closed, as closing waits for peers.
   */
  static <T> T reported(WorkerClient client, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      client.fail(e);
      throw e;
    }
  }

  private Process start(String main, List<String> arguments) throws IOException {
    List<String> options = new ArrayList<>();
    // What Spark starts its executors with.
    options.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
    options.add("-Xmx" + heapMegabytes + "m");
    ProcessBuilder builder = JavaProcess.of(options, main, arguments);
    builder.environment().putIfAbsent("SPARK_LOCAL_IP", "127.0.0.1");
    return builder.start();
  }

  /** What a process prints; it ends by itself, since all its waits do. */
  private static String printed(Process process, Coordinator coordinator) throws IOException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0) {
        return out.strip();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for process " + process.pid(), e);
    }
    throw new IOException(
        "process %d of the measurement failed: %s"
            .formatted(
                process.pid(), coordinator.failure().map(WorkerFailure::toString).orElse(out)));
  }

  private static final class Unwatched implements CoordinatorListener {
    @Override
    public void onProgress(int rank, long step, String payload) {}

    @Override
    public void onFailure(WorkerFailure failure) {}
  }
}
