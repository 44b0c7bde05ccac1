package io.inverseform.job.allreduce;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/** One worker as a JVM of its own, joined to a coordinator in the test's JVM. Prints one line. */
final class WorkerProcess {
  private final Process process;

  private WorkerProcess(Process process) {
    this.process = process;
  }

  static WorkerProcess start(
      Address coordinator, String attempt, int partition, int floats, int steps)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx2g", "-cp", System.getProperty("java.class.path")));
    command.add(WorkerProcess.class.getName());
    command.addAll(
        List.of(
            coordinator.host(),
            "" + coordinator.port(),
            attempt,
            "" + partition,
            "" + floats,
            "" + steps));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    return new WorkerProcess(builder.start());
  }

  /** Waits for the end; the last line that the process printed. */
  String result() throws Exception {
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException("the worker process failed: " + output);
    }
    return output.substring(output.lastIndexOf('\n') + 1);
  }

  void kill() {
    process.destroyForcibly();
  }

  public static void main(String[] args) throws Exception {
    WorkerSettings settings =
        new WorkerSettings(
            Workers.conf(),
            Workers.security(Workers.conf()),
            "localhost",
            new Address(args[0], Integer.parseInt(args[1])),
            args[2],
            Integer.parseInt(args[3]),
            Workers.FINGERPRINT,
            Duration.ofSeconds(60),
            Optional::empty);
    int steps = Integer.parseInt(args[5]);
    String checksum =
        Workers.work(
            settings,
            Integer.parseInt(args[4]),
            0,
            (client, exchange, memory) -> train(client, exchange, memory, steps));
    System.out.println(checksum);
  }

  private static String train(
      WorkerClient client, Exchange exchange, FlatMemory memory, int steps) {
    Gradients.Sgd sgd = new Gradients.Sgd(memory);
    for (long step = 0; step < steps; step++) {
      memory.gradient().put(Gradients.of(exchange.rank(), step, memory.length()));
      exchange.reduceScatter(new FloatRange(0, memory.length()));
      exchange.sum(new double[1]);
      exchange.allGather(step, sgd);
      client.progress(step, "");
    }
    return checksum(Gradients.weights(memory));
  }

  static String checksum(float[] weights) {
    ByteBuffer bytes = ByteBuffer.allocate(weights.length * Float.BYTES);
    bytes.asFloatBuffer().put(weights);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return Long.toHexString(crc.getValue());
  }
}
