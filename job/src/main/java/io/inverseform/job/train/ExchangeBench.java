package io.inverseform.job.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.allreduce.Coordinator;
import io.inverseform.job.allreduce.CoordinatorListener;
import io.inverseform.job.allreduce.CoordinatorSettings;
import io.inverseform.job.allreduce.Listen;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.job.allreduce.WorkerFailure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.launcher.JavaModuleOptions;
import scala.Option;

/**
 * Measures the exchange of a training step between processes on this host: gradients to the shards'
 * owners, sum, SGD update, weights back.
 *
 * @param world processes, from 1
 * @param megabytes of the gradient, 10^6 bytes, 1 to 4000
 * @param rounds measured, after some to warm up
 * @param wire what travels
 */
public record ExchangeBench(int world, int megabytes, int rounds, Wire wire) {
  static final String HOST = "localhost";
  static final String ATTEMPT = "bench";
  static final Duration LIMIT = Duration.ofSeconds(60);

  /** Checks what is asked for. */
  public ExchangeBench {
    require("world", world, 1, 64);
    require("mb", megabytes, 1, 4000);
    require("rounds", rounds, 1, 100_000);
  }

  private static void require(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d, is %d".formatted(name, least, most, value));
    }
  }

  static SparkConf conf() {
    return new SparkConf(false).set("spark.app.id", ATTEMPT);
  }

  static SecurityManager security() {
    return new SecurityManager(
        conf(), Option.empty(), SecurityManager.$lessinit$greater$default$3());
  }

  /** As in configurations. */
  static String name(Wire wire) {
    return wire.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Starts the processes, waits for their end and returns what rank 0 measured.
   *
   * @throws IOException if a process failed, saying why
   */
  public ExchangeMeasurement run() throws IOException {
    CoordinatorSettings settings =
        new CoordinatorSettings(conf(), security(), Listen.on(HOST), ATTEMPT, world, LIMIT, LIMIT);
    List<Process> processes = new ArrayList<>();
    try (Coordinator coordinator = Coordinator.start(settings, new Unwatched())) {
      for (int partition = 0; partition < world; partition++) {
        processes.add(start(coordinator, partition));
      }
      List<String> lines = new ArrayList<>();
      for (Process process : processes) {
        lines.add(line(process, coordinator));
      }
      return new ObjectMapper().readValue(lines.get(0), ExchangeMeasurement.class);
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  private Process start(Coordinator coordinator, int partition) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    // What Spark starts its executors with.
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
    command.add("-Xmx" + (3 * megabytes + 512) + "m");
    for (String logging : List.of("log4j2.configurationFile", "inverseform.log")) {
      if (System.getProperty(logging) != null) {
        command.add("-D" + logging + "=" + System.getProperty(logging));
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ExchangeBenchWorker.class.getName());
    command.addAll(List.of(HOST, "" + coordinator.address().port(), "" + partition));
    command.addAll(List.of("" + megabytes * 250_000L, "" + rounds, wire.name()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putIfAbsent("SPARK_LOCAL_IP", "127.0.0.1");
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The line that a process prints; it ends by itself, since all its waits do. */
  private static String line(Process process, Coordinator coordinator) throws IOException {
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
