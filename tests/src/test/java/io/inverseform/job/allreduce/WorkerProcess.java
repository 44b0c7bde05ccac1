package io.inverseform.job.allreduce;

import io.inverseform.job.JavaCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.apache.spark.SparkConf;

/** One worker as a JVM of its own, joined to a coordinator in the test's JVM. Prints one line. */
final class WorkerProcess {
  private static final int SECONDS = 60;

  private final Process process;
  private final CompletableFuture<List<String>> printed;

  private WorkerProcess(Process process) {
    this.process = process;
    printed =
        CompletableFuture.supplyAsync(
            () -> process.inputReader().lines().toList(), reader -> new Thread(reader).start());
  }

  /** What a worker process does; its name is an argument. */
  enum Task {
    /** Trains with {@link Gradients}; prints the checksum of the weights. */
    TRAIN,
    /** The same until the driver says stop; prints the number of steps and the checksum. */
    TRAIN_UNTIL_STOPPED
  }

  static WorkerProcess start(
      Address coordinator, String attempt, int partition, int floats, int steps)
      throws IOException {
    return start(
        List.of(), List.of("-Xmx2g"), Task.TRAIN, coordinator, attempt, partition, floats, steps);
  }

  /**
   * Starts one elsewhere.
   *
   * @param prefix words before the command, such as those that run it on another host
   * @param options of the JVM; {@code worker.secret}, {@code worker.network} and {@code
   *     worker.ports} are properties that it looks at
   */
  static WorkerProcess start(
      List<String> prefix,
      List<String> options,
      Task task,
      Address coordinator,
      String attempt,
      int partition,
      int floats,
      int rounds)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        JavaCommand.of(
            WorkerProcess.class,
            options,
            task,
            coordinator.host(),
            coordinator.port(),
            attempt,
            partition,
            floats,
            rounds));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    return new WorkerProcess(builder.start());
  }

  /** Waits for the end; the last line that the process printed. */
  String result() throws Exception {
    try {
      List<String> lines = printed.get(SECONDS, TimeUnit.SECONDS);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("the worker process failed: " + lines);
      }
      return lines.get(lines.size() - 1);
    } finally {
      process.destroyForcibly();
    }
  }

  void kill() {
    process.destroyForcibly();
  }

  public static void main(String[] args) throws Exception {
    String secret = System.getProperty("worker.secret", "");
    SparkConf conf = secret.isEmpty() ? Workers.conf() : Workers.authenticated(secret);
    Ports ports = Ports.parse(System.getProperty("worker.ports", ""));
    WorkerSettings settings =
        new WorkerSettings(
            conf,
            Workers.security(conf),
            Listen.of("localhost", System.getProperty("worker.network", ""), ports),
            new Address(args[1], Integer.parseInt(args[2])),
            args[3],
            Integer.parseInt(args[4]),
            "",
            Workers.FINGERPRINT,
            Duration.ofSeconds(60),
            Optional::empty);
    int rounds = Integer.parseInt(args[6]);
    Workers.Body<String> body =
        switch (Task.valueOf(args[0])) {
          case TRAIN ->
              (client, exchange, memory) -> {
                train(client, exchange, memory, rounds);
                return checksum(Gradients.weights(memory));
              };
          case TRAIN_UNTIL_STOPPED ->
              (client, exchange, memory) ->
                  train(client, exchange, memory, rounds)
                      + " "
                      + checksum(Gradients.weights(memory));
        };
    System.out.println(Workers.work(settings, Integer.parseInt(args[5]), 0, body));
  }

  /** Returns the number of steps, which is smaller if the driver says stop. */
  private static long train(WorkerClient client, Exchange exchange, FlatMemory memory, int steps) {
    Gradients.Sgd sgd = new Gradients.Sgd(memory);
    for (long step = 0; step < steps; step++) {
      memory.gradient().put(Gradients.of(exchange.rank(), step, memory.length()));
      exchange.reduceScatter(new FloatRange(0, memory.length()));
      exchange.sum(new double[1]);
      exchange.allGather(step, sgd);
      Directive.Kind directive = client.directive(step).kind();
      client.progress(step, "");
      if (directive == Directive.Kind.STOP) {
        return step + 1;
      }
    }
    return steps;
  }

  static String checksum(float[] weights) {
    ByteBuffer bytes = ByteBuffer.allocate(weights.length * Float.BYTES);
    bytes.asFloatBuffer().put(weights);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return Long.toHexString(crc.getValue());
  }
}
