package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.sun.management.OperatingSystemMXBean;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.ModelConfig.OcrConfig;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures one worker's training step of OCRNet with every loss, InverseForm's network in its
 * published size among them, on random input: forward, backward and SGD with momentum.
 *
 * @param width channels of HRNet's finest branch
 * @param modules exchange modules of stages 2, 3 and 4
 * @param blocks basic blocks a branch and module
 * @param stage1 bottleneck blocks of the first stage
 * @param height of the images, pixels
 * @param imageWidth of the images, pixels
 * @param batch images a step
 * @param threads torch threads
 * @param steps measured, after one to warm up
 */
public record StepBench(
    int width,
    List<Integer> modules,
    int blocks,
    int stage1,
    int classes,
    int height,
    int imageWidth,
    int batch,
    int threads,
    int steps) {
  private static final long SEED = 0;
  private static final double RATE = 1e-3;
  private static final InverseNetworkConfig PUBLISHED =
      new InverseNetworkConfig.MultiLayerPerceptron(
          224, List.of(1000, 32), InverseNetworkConfig.Transform.EUCLIDEAN4);
  private static final LossConfig LOSS =
      new LossConfig(
          0.4,
          List.of(
              new LossConfig.CrossEntropy(1, "ce", 1, Scope.IMAGE),
              new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.BATCH),
              new LossConfig.EdgeAttention(0.1, "attention", 0.8, 1, Scope.IMAGE),
              new LossConfig.InverseForm(0.3, "inverse", LossConfig.Tiling.RESIZED_3X6, false)));

  /** Checks what is asked for. */
  public StepBench {
    modules = List.copyOf(modules);
    if (modules.size() != 3 || modules.stream().anyMatch(count -> count < 1)) {
      throw new IllegalArgumentException("modules must be three positive numbers, are " + modules);
    }
    require("width", width, 1);
    require("blocks", blocks, 1);
    require("stage1", stage1, 1);
    require("classes", classes, 1);
    require("height", height, 32);
    require("image width", imageWidth, 32);
    require("batch", batch, 1);
    require("threads", threads, 1);
    require("steps", steps, 1);
    Math.multiplyExact(3 * batch, Math.multiplyExact(height, imageWidth));
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", is " + value);
    }
  }

  /**
   * What was measured, under the names in which it is printed.
   *
   * @param engine what computed it
   * @param size of the images, height x width
   * @param parameters trained ones
   * @param wallSeconds median of a step
   * @param cpuSeconds of the whole process, median of a step
   * @param peakMegabytes most resident memory of the process
   * @param loss of the last step
   */
  @JsonPropertyOrder({"engine", "width", "size", "batch", "threads", "parameters"})
  public record Measured(
      String engine,
      int width,
      String size,
      int batch,
      int threads,
      long parameters,
      @JsonProperty("wall_s") double wallSeconds,
      @JsonProperty("cpu_s") double cpuSeconds,
      @JsonProperty("peak_rss_mb") long peakMegabytes,
      double loss) {}

  /** Builds the networks, runs the steps and frees everything. */
  public Measured run() throws IOException {
    Torch.start(threads);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      OcrNet network = new OcrNet(model(), classes);
      FlatParameters parameters = new FlatParameters(manager, network, SEED);
      InverseTransformNetwork inverse = InverseTransformNetwork.of(PUBLISHED);
      new FlatParameters(manager, inverse, SEED);
      TotalLoss loss = new TotalLoss(LOSS, classes, inverse);
      Inputs inputs = inputs(manager);
      Sgd optimizer =
          new Sgd(
              parameters.weights().host(),
              new FloatRange(0, parameters.weights().length()),
              new OptimizerConfig(RATE, 0.9, 5e-4));
      optimizer.learningRate(RATE);
      Exchange exchange =
          new LocalExchange(
              FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes()), 0);
      double[] wall = new double[steps + 1];
      double[] cpu = new double[steps + 1];
      float value = 0;
      for (int step = 0; step <= steps; step++) {
        long wallStart = System.nanoTime();
        long cpuStart = cpuNanos();
        FlatParameters.Collector gradients =
            parameters.collect(
                (offset, length) -> exchange.reduceScatter(new FloatRange(offset, length)));
        value = forwardAndBackward(manager, network, gradients, loss, inputs, step);
        exchange.allGather(step, optimizer);
        wall[step] = (System.nanoTime() - wallStart) * 1e-9;
        cpu[step] = (cpuNanos() - cpuStart) * 1e-9;
      }
      return new Measured(
          "DJL PyTorch " + Torch.version(),
          width,
          height + "x" + imageWidth,
          batch,
          threads,
          parameters.parameterCount(),
          rounded(median(wall)),
          rounded(median(cpu)),
          peakMegabytes(),
          rounded(value));
    }
  }

  private ModelConfig model() {
    return new ModelConfig(
        new BackboneConfig(
            64, stage1, 64, List.of(width, 2 * width, 4 * width, 8 * width), blocks, modules),
        new OcrConfig(512, 256, 0.05),
        new NormConfig(NormConfig.Type.BATCH, 0.1, 1e-5, 32),
        PretrainedConfig.NONE);
  }

  private record Inputs(NDArray images, NDArray labels, NDArray edges) {}

  private Inputs inputs(NDManager manager) {
    KeyedRandom random = new KeyedRandom(SEED, KeyedRandom.hash("bench"));
    int pixels = batch * height * imageWidth;
    float[] images = new float[3 * pixels];
    byte[] labels = new byte[pixels];
    float[] edges = new float[pixels];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < pixels; i++) {
      labels[i] = (byte) random.nextInt(classes);
      edges[i] = random.nextFloat() > 0.9f ? 1 : 0;
    }
    return new Inputs(
        Tensors.of(manager, images, new Shape(batch, 3, height, imageWidth)),
        Tensors.labels(manager, labels, new Shape(batch, height, imageWidth)),
        Tensors.of(manager, edges, new Shape(batch, 1, height, imageWidth)));
  }

  private float forwardAndBackward(
      NDManager manager,
      OcrNet network,
      FlatParameters.Collector gradients,
      TotalLoss loss,
      Inputs inputs,
      int step) {
    DropoutMasks masks = new DropoutMasks(SEED, step, IntStream.range(0, batch).toArray());
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.training(arrays, gradients, masks)) {
      NDArray images = inputs.images().duplicate();
      images.attach(arrays);
      OcrNet.Outputs outputs = network.outputs(tape, images);
      StepLoss result = loss.compute(outputs, inputs.labels(), inputs.edges(), batch);
      tape.backward(result.total());
      gradients.finish();
      return result.total().getFloat();
    }
  }

  private static double median(double[] steps) {
    double[] measured = Arrays.copyOfRange(steps, 1, steps.length);
    Arrays.sort(measured);
    int middle = measured.length / 2;
    return measured.length % 2 == 1
        ? measured[middle]
        : (measured[middle - 1] + measured[middle]) / 2;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long peakMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException(
        "/proc/self/status has no line VmHWM: peak memory is known on Linux only");
  }
}
