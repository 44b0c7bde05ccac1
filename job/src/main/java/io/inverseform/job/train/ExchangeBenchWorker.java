package io.inverseform.job.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.config.OptimizerConfig;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** A process of an {@link ExchangeBench}: one worker, which prints what it measured. */
final class ExchangeBenchWorker {
  /** How long hardly anything must have been compiled, in rounds and in seconds. */
  private static final int QUIET_ROUNDS = 5;

  private static final double QUIET_SECONDS = 2;

  /** Cores that the compilers of all processes may use meanwhile. */
  private static final double QUIET = 0.1;

  /** The longest warm-up. */
  private static final double MOST_SECONDS = 60;

  private static final int SUMS = 1000;
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private final Exchange exchange;
  private final FlatMemory memory;
  private final Optimizer optimizer;
  private final int rounds;
  private final Wire wire;

  private ExchangeBenchWorker(
      Exchange exchange, FlatMemory memory, Optimizer optimizer, int rounds, Wire wire) {
    this.exchange = exchange;
    this.memory = memory;
    this.optimizer = optimizer;
    this.rounds = rounds;
    this.wire = wire;
  }

  /** Arguments: what {@link BenchProcesses#join} takes, floats, rounds, wire. */
  public static void main(String[] args) throws Exception {
    FlatMemory memory = FlatMemory.allocate(Integer.parseInt(args[1]));
    Wire wire = Wire.valueOf(args[3]);
    try (WorkerClient client = BenchProcesses.join(args[0])) {
      FloatRange shard = Ranges.shard(memory.length(), client.worldSize(), client.rank());
      Rounding rounding = Rounding.of(wire, client.worldSize(), shard, memory.length());
      rounding.begin(memory.weights());
      Optimizer optimizer =
          new HostOptimizer(
              memory.weights(),
              shard,
              OptimizerConfig.sgd(1e-3, 0.9, 5e-4, 0),
              ParameterGroups.none());
      optimizer.begin(1e-3);
      try (Exchange exchange =
          BenchProcesses.reported(client, () -> client.exchange(memory, 0, rounding))) {
        ExchangeBenchWorker worker =
            new ExchangeBenchWorker(exchange, memory, optimizer, Integer.parseInt(args[2]), wire);
        ExchangeMeasurement measured = BenchProcesses.reported(client, worker::measure);
        System.out.println(new ObjectMapper().writeValueAsString(measured));
      }
    }
  }

  private ExchangeMeasurement measure() {
    FloatBuffer gradient = memory.gradient();
    for (int i = 0; i < gradient.capacity(); i++) {
      gradient.put(i, 1 + i % 1021 / 1021f);
    }
    double[] seconds = new double[rounds];
    int warmed = warmUp();
    long cpu = SYSTEM.getProcessCpuTime();
    long allocated = allocatedBytes();
    for (int round = 0; round < rounds; round++) {
      exchange.sum(new double[0]);
      seconds[round] = step(warmed + round);
    }
    cpu = SYSTEM.getProcessCpuTime() - cpu;
    allocated = allocatedBytes() - allocated;
    Arrays.sort(seconds);
    double median = seconds[rounds / 2];
    int world = exchange.worldSize();
    double sent =
        2.0 * (world - 1) / world * memory.length() * (wire == Wire.FLOAT32 ? 4 : 2) / 1e9;
    return new ExchangeMeasurement(
        world,
        Math.round(memory.length() * 4L / 1e6),
        true,
        ExchangeBench.name(wire),
        warmed,
        NetworkBench.rounded(median),
        NetworkBench.rounded(seconds[0]),
        NetworkBench.rounded(seconds[rounds - 1]),
        NetworkBench.rounded(sent / median),
        NetworkBench.rounded(cpu / 1e9 / rounds),
        allocated / rounds,
        sums());
  }

  /**
   * Runs until hardly anything is compiled any more: a training of hours has compiled code, and on
   * few cores the compilers of some processes take more time than the exchange.
   *
   * @return the rounds it took, the same on all ranks
   */
  private int warmUp() {
    int rounds = 0;
    int quiet = 0;
    double quietSeconds = 0;
    double seconds = 0;
    while ((quiet < QUIET_ROUNDS || quietSeconds < QUIET_SECONDS) && seconds < MOST_SECONDS) {
      long compiling = COMPILER.getTotalCompilationTime();
      double taken = step(rounds++);
      double share = (COMPILER.getTotalCompilationTime() - compiling) / 1e3 / taken;
      double[] sums = exchange.sum(new double[] {share, taken});
      double mean = sums[1] / exchange.worldSize();
      seconds += mean;
      boolean isQuiet = sums[0] <= QUIET;
      quiet = isQuiet ? quiet + 1 : 0;
      quietSeconds = isQuiet ? quietSeconds + mean : 0;
    }
    return rounds;
  }

  /** As a training step does it, with its round of flags. */
  private double step(long step) {
    long start = System.nanoTime();
    exchange.reduceScatter(new FloatRange(0, memory.length()));
    exchange.sum(new double[3]);
    exchange.allGather(step, optimizer);
    return (System.nanoTime() - start) / 1e9;
  }

  private double sums() {
    double[] values = new double[128];
    for (int i = 0; i < SUMS; i++) {
      exchange.sum(values);
    }
    long start = System.nanoTime();
    for (int i = 0; i < SUMS; i++) {
      exchange.sum(values);
    }
    return Math.round((System.nanoTime() - start) / 1e3 / SUMS);
  }

  /** By the threads that live: none ends between two steps. */
  private static long allocatedBytes() {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
        .filter(bytes -> bytes > 0)
        .sum();
  }
}
