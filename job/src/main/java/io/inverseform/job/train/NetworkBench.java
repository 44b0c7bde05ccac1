package io.inverseform.job.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.sun.management.OperatingSystemMXBean;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.BoundarySource;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.progress.ProgressLine;
import io.inverseform.job.torch.Devices;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Group;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Measures a network on random input: a training step of one worker with its losses, InverseForm
 * among them or not, or a forward pass of what is left for inference.
 *
 * @param height of the images, pixels
 * @param width of the images, pixels
 * @param batch images a step
 * @param inverse the InverseForm term, or none
 * @param device that computes, by its name for {@link Devices}
 * @param threads torch threads
 * @param steps measured, after one to warm up
 */
public record NetworkBench(
    ModelConfig model,
    int classes,
    int height,
    int width,
    int batch,
    Optional<Inverse> inverse,
    String device,
    int threads,
    int steps) {
  private static final long SEED = 0;
  private static final double RATE = 1e-3;
  private static final OptimizerConfig SGD = OptimizerConfig.sgd(RATE, 0.9, 5e-4, 0);

  /** Steps whose parts are measured, after the others. */
  private static final int PHASED = 3;

  private static final LossConfig LOSS =
      new LossConfig(
          Map.of(HeadConfig.MAIN, 1.0, HeadConfig.AUXILIARY, 0.4),
          List.of(
              new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.IMAGE),
              new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.BATCH),
              new LossConfig.EdgeAttention(0.1, "attention", 0.8, 1, Scope.IMAGE)));

  /** The InverseForm term: its network and how it is used. */
  public enum Inverse {
    /** The small convolutional one on whole tiles, anchored, and how unlike the tiles are. */
    CONVOLUTIONAL,
    /** The published perceptron on its 3 x 6 tiles. */
    PUBLISHED;

    InverseNetworkConfig config() {
      return switch (this) {
        case CONVOLUTIONAL ->
            new InverseNetworkConfig.Convolutional(
                128, List.of(24, 48, 48, 64, 64), 128, Transform.EUCLIDEAN6);
        case PUBLISHED ->
            new InverseNetworkConfig.MultiLayerPerceptron(
                224, List.of(1000, 32), Transform.EUCLIDEAN4);
      };
    }

    private LossConfig.Term term() {
      return switch (this) {
        case CONVOLUTIONAL ->
            new LossConfig.InverseForm(
                0.1, "inverse", BoundarySource.HEAD, List.of(), true, true, true, 1);
        case PUBLISHED -> LossConfig.InverseForm.published(0.3, "inverse");
      };
    }
  }

  /** Checks what is asked for. */
  public NetworkBench {
    Devices.requireName(device);
    require("classes", classes, 1);
    require("height", height, 32);
    require("width", width, 32);
    require("batch", batch, 1);
    require("threads", threads, 1);
    require("steps", steps, 1);
    Math.multiplyExact(3 * batch, Math.multiplyExact(height, width));
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", is " + value);
    }
  }

  /** One pass, and what it came to. */
  private interface Pass {
    float run(int step);
  }

  /** What is measured of a training. */
  private interface Measured<T> {
    T of(Step step, MemoryEstimate estimate) throws IOException;
  }

  /** Builds the networks, trains the steps and frees everything. */
  public NetworkMeasurement step() throws IOException {
    return training(
        (step, estimate) -> measured(step.parameters, estimate, step::run, step::phases));
  }

  /**
   * The same, watching the memory of the process after each step.
   *
   * @throws IOException if the system is not Linux, which tells it
   */
  public MemoryMeasurement memory() throws IOException {
    return training(
        (step, estimate) -> {
          long[] resident = new long[steps + 1];
          try (ProgressLine progress = new ProgressLine("Training", "steps", steps + 1)) {
            for (int i = 0; i <= steps; i++) {
              step.run(i);
              resident[i] = megabytes("VmRSS");
              progress.advance(1, resident[i] + " MB");
            }
          }
          return new MemoryMeasurement(
              benched(step.parameters),
              steps,
              MemoryMeasurement.Resident.of(resident),
              megabytes("VmHWM"),
              deviceMegabytes(),
              estimate.megabytes());
        });
  }

  private <T> T training(Measured<T> measured) throws IOException {
    Torch.start(threads);
    try (NDManager manager = manager()) {
      RandomStep pass = new RandomStep(manager, this);
      FlatParameters parameters = pass.parameters();
      Optimizer optimizer = Alone.optimizer(manager, parameters, SGD, ParameterGroups.none());
      optimizer.begin(RATE);
      Exchange exchange = Alone.exchange(parameters, 0);
      return measured.of(
          new Step(pass, optimizer, exchange), pass.estimate().withOptimizer(optimizer.state()));
    }
  }

  private Long deviceMegabytes() {
    OptionalLong used = Devices.usedMegabytes(Devices.named(device));
    return used.isPresent() ? used.getAsLong() : null;
  }

  /** A step with its parts. */
  private final class Step {
    private final RandomStep pass;
    private final FlatParameters parameters;
    private final Optimizer optimizer;
    private final Exchange exchange;
    private long next;
    private long forward;
    private long backward;

    Step(RandomStep pass, Optimizer optimizer, Exchange exchange) {
      this.pass = pass;
      this.parameters = pass.parameters();
      this.optimizer = optimizer;
      this.exchange = exchange;
    }

    float run(int step) {
      float value = pass.forwardAndBackward(collector(), Group.ALONE, next, batch);
      exchange.allGather(next++, optimizer);
      Alone.endStep(parameters);
      parameters.weights().await();
      return value;
    }

    private FlatParameters.Collector collector() {
      return parameters.collect(
          (offset, length) -> exchange.reduceScatter(new FloatRange(offset, length)));
    }

    /** Seconds of forward pass, backward pass and update, each waited for on the device. */
    double[] phases() {
      long start = System.nanoTime();
      pass.forwardAndBackward(
          collector(),
          Group.ALONE,
          next,
          batch,
          () -> {
            parameters.weights().await();
            forward = System.nanoTime();
          });
      parameters.weights().await();
      backward = System.nanoTime();
      exchange.allGather(next++, optimizer);
      Alone.endStep(parameters);
      parameters.weights().await();
      return new double[] {
        (forward - start) * 1e-9, (backward - forward) * 1e-9, (System.nanoTime() - backward) * 1e-9
      };
    }
  }

  /**
   * Of the device.
   *
   * @throws IllegalStateException if this PyTorch cannot use it
   */
  NDManager manager() {
    return Torch.manager(Devices.named(device));
  }

  static Optimizer optimizer(FlatParameters parameters, FloatRange shard) {
    Optimizer optimizer =
        new HostOptimizer(parameters.weights().host(), shard, SGD, ParameterGroups.none());
    optimizer.begin(RATE);
    return optimizer;
  }

  LossConfig loss() {
    List<LossConfig.Term> terms = new ArrayList<>(LOSS.terms());
    inverse.map(Inverse::term).ifPresent(terms::add);
    return new LossConfig(LOSS.outputWeights(), terms);
  }

  /** Builds the network without boundary and auxiliary heads and runs it forward. */
  public NetworkMeasurement forward() throws IOException {
    Torch.start(threads);
    try (NDManager manager = manager()) {
      SegmentationNetwork network = SegmentationNetwork.of(model.forInference(), classes);
      FlatParameters parameters = new FlatParameters(manager, network, SEED);
      RandomStep.Inputs inputs = RandomStep.Inputs.random(manager, this);
      return measured(
          parameters,
          null,
          step -> {
            try (NDManager arrays = manager.newSubManager();
                Tape tape = Tape.inference(arrays)) {
              NDArray images = inputs.images().duplicate();
              images.attach(arrays);
              return network.outputs(tape, images).get(0).logits().mean().getFloat();
            }
          },
          null);
    }
  }

  private NetworkMeasurement measured(
      FlatParameters parameters, MemoryEstimate estimate, Pass pass, Supplier<double[]> phases)
      throws IOException {
    double[] wall = new double[steps + 1];
    double[] cpu = new double[steps + 1];
    float value = 0;
    for (int step = 0; step <= steps; step++) {
      long wallStart = System.nanoTime();
      long cpuStart = cpuNanos();
      value = pass.run(step);
      wall[step] = (System.nanoTime() - wallStart) * 1e-9;
      cpu[step] = (cpuNanos() - cpuStart) * 1e-9;
    }
    return new NetworkMeasurement(
        benched(parameters),
        rounded(median(wall)),
        rounded(median(cpu)),
        megabytes("VmHWM"),
        deviceMegabytes(),
        phases == null ? null : medians(phases),
        estimate == null ? null : estimate.megabytes(),
        rounded(value));
  }

  private BenchedNetwork benched(FlatParameters parameters) {
    return new BenchedNetwork(
        "DJL PyTorch " + Torch.version(),
        model.backbone().branches().get(0),
        name(model.norm().type()),
        name(model.compute().precision()),
        name(model.compute().memoryFormat()),
        model.recompute(),
        height + "x" + width,
        batch,
        device,
        threads,
        parameters.parameterCount());
  }

  private static Map<String, Double> medians(Supplier<double[]> phases) {
    List<double[]> measured = Stream.generate(phases).limit(1 + PHASED).toList();
    Map<String, Double> medians = new LinkedHashMap<>();
    List<String> names = List.of("forward", "backward", "update");
    for (int i = 0; i < names.size(); i++) {
      int phase = i;
      medians.put(
          names.get(i), rounded(median(measured.stream().mapToDouble(m -> m[phase]).toArray())));
    }
    return medians;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Of all but the first. */
  static double median(double[] steps) {
    double[] measured = Arrays.copyOfRange(steps, 1, steps.length);
    Arrays.sort(measured);
    int middle = measured.length / 2;
    return measured.length % 2 == 1
        ? measured[middle]
        : (measured[middle - 1] + measured[middle]) / 2;
  }

  static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  /** Of the process, all threads. */
  static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Of the process, by the name of a line that Linux gives. */
  private static long megabytes(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException(
        "/proc/self/status has no line " + name + ": memory is known on Linux only");
  }
}
