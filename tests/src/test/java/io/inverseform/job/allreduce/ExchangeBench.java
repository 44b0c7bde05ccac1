package io.inverseform.job.allreduce;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures the exchange between processes: gradient out, sum, SGD step, weights back.
 *
 * <p>{@code ExchangeBench WORLD MB ROUNDS} prints the median seconds of a round.
 */
final class ExchangeBench {
  private ExchangeBench() {}

  public static void main(String[] args) throws Exception {
    int world = Integer.parseInt(args[0]);
    int floats = Math.toIntExact(Long.parseLong(args[1]) * 1_000_000 / Float.BYTES);
    CoordinatorSettings settings =
        new CoordinatorSettings(
            Workers.conf(),
            Workers.security(Workers.conf()),
            Listen.on("localhost"),
            "bench",
            world,
            Workers.LONG,
            Workers.LONG);
    CoordinatorListener silent =
        new CoordinatorListener() {
          @Override
          public void onProgress(int rank, long step, String payload) {}

          @Override
          public void onFailure(WorkerFailure failure) {
            System.err.println(failure);
          }
        };
    try (Coordinator coordinator = Coordinator.start(settings, silent)) {
      List<WorkerProcess> workers = new ArrayList<>();
      for (int partition = 0; partition < world; partition++) {
        workers.add(
            WorkerProcess.start(
                WorkerProcess.Task.BENCH,
                coordinator.address(),
                "bench",
                partition,
                floats,
                Integer.parseInt(args[2])));
      }
      for (WorkerProcess worker : workers) {
        System.out.println(worker.result());
      }
    }
  }

  static String measure(Exchange exchange, FlatMemory memory, int rounds) {
    Gradients.Sgd sgd = new Gradients.Sgd(memory);
    float[] ones = new float[memory.length()];
    Arrays.fill(ones, 1);
    memory.gradient().put(ones);
    int warmup = 3;
    double[] seconds = new double[rounds];
    long cpu = 0;
    long ownCpu = 0;
    for (int round = 0; round < rounds + warmup; round++) {
      exchange.sum(new double[1]);
      if (round == warmup) {
        cpu = cpuNanos();
        ownCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      }
      long start = System.nanoTime();
      exchange.reduceScatter(new FloatRange(0, memory.length()));
      exchange.sum(new double[1]);
      exchange.allGather(round, sgd);
      if (round >= warmup) {
        seconds[round - warmup] = (System.nanoTime() - start) / 1e9;
      }
    }
    double cpuSeconds = (cpuNanos() - cpu) / 1e9 / rounds;
    double ownSeconds =
        (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - ownCpu) / 1e9 / rounds;
    exchange.sum(new double[1]);
    int pings = 2000;
    long start = System.nanoTime();
    for (int i = 0; i < pings; i++) {
      exchange.sum(new double[128]);
    }
    double ping = (System.nanoTime() - start) / 1e3 / pings;
    Arrays.sort(seconds);
    return String.format(
        Locale.ROOT,
        "{\"rank\": %d, \"world\": %d, \"mb\": %d, \"seconds\": %.4f, \"best\": %.4f, \"worst\": %.4f, \"cpu_s\": %.3f, \"worker_cpu_s\": %.3f, \"sum128_us\": %.0f}",
        exchange.rank(),
        exchange.worldSize(),
        memory.length() * 4L / 1_000_000,
        seconds[rounds / 2],
        seconds[0],
        seconds[rounds - 1],
        cpuSeconds,
        ownSeconds,
        ping);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
