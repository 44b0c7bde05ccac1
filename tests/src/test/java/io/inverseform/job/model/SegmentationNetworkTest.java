package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.job.TestDevice;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Torch;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SegmentationNetworkTest {
  /** Convolution biases in front of a batch norm, which subtracts them again. */
  private static final List<String> CANCELLED =
      List.of("ocr.conv3x3_ocr.0.bias", "ocr.aux_head.0.bias", "edge_head.last_layer.0.bias");

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(TestDevice.get());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"BATCH", "SYNC_BATCH", "GROUP"})
  void everyParameterGetsAGradient(NormConfig.Type norm) {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(norm), SmallNetwork.CLASSES);
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    TotalLoss loss =
        new TotalLoss(SmallNetwork.loss(1, 0.3, 0.1), SmallNetwork.OUTPUTS, SmallNetwork.CLASSES);

    SmallNetwork.sharpen(parameters);

    assertThat(SmallNetwork.step(manager, network, parameters, loss, 1)).isFinite().isPositive();

    List<String> none = new ArrayList<>();
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (slot.trained() && norm(parameters.gradient().host(), slot) < 1e-7) {
        none.add(slot.name());
      }
    }
    assertThat(none).isSubsetOf(norm == NormConfig.Type.GROUP ? List.of() : CANCELLED);
  }

  @ParameterizedTest
  @EnumSource(names = {"BATCH", "SYNC_BATCH", "FROZEN"})
  void onlyBatchNormMovesTheRunningStatistics(NormConfig.Type norm) {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(norm), SmallNetwork.CLASSES);
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    TotalLoss loss =
        new TotalLoss(SmallNetwork.loss(1, 0.3, 0.1), SmallNetwork.OUTPUTS, SmallNetwork.CLASSES);
    List<String> still = new ArrayList<>();
    int buffers = 0;

    SmallNetwork.step(manager, network, parameters, loss, 1);

    for (FlatParameters.Slot slot : parameters.slots()) {
      if (!slot.trained()) {
        buffers++;
        float first = parameters.buffers().host().get(slot.offset());
        if (first == (slot.name().endsWith("running_mean") ? 0 : 1)) {
          still.add(slot.name());
        }
      }
    }
    assertThat(still).hasSize(norm == NormConfig.Type.FROZEN ? buffers : 0);
  }

  private static double norm(FloatBuffer vector, FlatParameters.Slot slot) {
    float[] values = new float[slot.length()];
    vector.position(slot.offset()).get(values);
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  @Test
  void workersOnThreadsOfOneProcessComputeTheSameBitsAsOneAfterTheOther() throws Exception {
    List<float[]> sequential = List.of(gradientAfterSteps(1), gradientAfterSteps(2));
    ExecutorService threads = Executors.newFixedThreadPool(3);
    AtomicBoolean done = new AtomicBoolean();
    try {
      // What the backward pass still reads must not depend on Java's collector.
      threads.submit(() -> collectGarbage(done));
      List<Callable<float[]>> workers =
          List.of(() -> gradientAfterSteps(1), () -> gradientAfterSteps(2));
      List<Future<float[]>> futures = threads.invokeAll(workers);
      for (int worker = 0; worker < 2; worker++) {
        float[] gradient = futures.get(worker).get();
        assertThat(Arrays.equals(gradient, sequential.get(worker)))
            .as("worker %d has the same bits", worker)
            .isTrue();
      }
    } finally {
      done.set(true);
      threads.shutdown();
    }
    assertThat(sequential.get(0)).isNotEqualTo(sequential.get(1));
  }

  private static void collectGarbage(AtomicBoolean done) {
    while (!done.get()) {
      for (int i = 0; i < 2000; i++) {
        ByteBuffer.allocateDirect(Float.BYTES).putFloat(i);
      }
      System.gc();
    }
  }

  /** Takes a few steps down the gradient, so that one wrong bit would grow. */
  private static float[] gradientAfterSteps(long seed) {
    try (NDManager own = Torch.manager(TestDevice.get())) {
      SegmentationNetwork network =
          SegmentationNetwork.of(SmallNetwork.config(NormConfig.Type.BATCH), SmallNetwork.CLASSES);
      FlatParameters parameters = new FlatParameters(own, network, 1);
      TotalLoss loss =
          new TotalLoss(SmallNetwork.loss(1, 0.3, 0.1), SmallNetwork.OUTPUTS, SmallNetwork.CLASSES);
      float[] gradient = new float[parameters.gradient().length()];
      for (int step = 0; step < 4; step++) {
        SmallNetwork.step(own, network, parameters, loss, 10 * seed + step);
        parameters.gradient().host().get(gradient);
        FloatBuffer weights = parameters.weights().host();
        for (int i = 0; i < gradient.length; i++) {
          weights.put(i, weights.get(i) - 0.05f * gradient[i]);
        }
        parameters.weights().toDevice();
      }
      return gradient;
    }
  }

  @Test
  void outputsAreAQuarterOfTheInputAlsoWhenItsSidesAreNoMultiples() {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(NormConfig.Type.BATCH), 7);
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    try (Tape tape = Tape.inference(manager)) {
      List<Output> outputs = network.outputs(tape, manager.ones(new Shape(1, 3, 45, 67)));
      assertThat(outputs).extracting(Output::name).containsExactly("main", "auxiliary");
      for (Output output : outputs) {
        assertThat(output.logits().getShape()).isEqualTo(new Shape(1, 7, 12, 17));
        assertThat(output.boundary().getShape()).isEqualTo(new Shape(1, 1, 12, 17));
      }
    }
    assertThat(parameters.parameterCount()).isPositive();
  }

  @Test
  void evaluationKeepsNothingButTheOutputs() {
    SegmentationNetwork network =
        SegmentationNetwork.of(SmallNetwork.config(NormConfig.Type.BATCH), 7);
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    float[] before = new float[parameters.buffers().length()];
    parameters.buffers().host().get(before);
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.inference(arrays)) {
      List<Output> outputs = network.outputs(tape, arrays.ones(new Shape(1, 3, 64, 64)));
      List<NDArray> kept =
          outputs.stream().flatMap(o -> Stream.of(o.logits(), o.boundary())).toList();
      assertThat(arrays.getManagedArrays()).containsExactlyInAnyOrderElementsOf(kept);
    }
    float[] after = new float[before.length];
    parameters.buffers().host().get(after);
    assertThat(Arrays.equals(before, after)).as("running statistics unchanged").isTrue();
  }

  private static ModelConfig with(
      ModelConfig config, Precision precision, MemoryFormat format, Integer... recompute) {
    return config.with(new ComputeConfig(precision, format), List.of(recompute));
  }

  /** A step's gradient, by the weights of one seed. */
  private float[] gradient(ModelConfig config) {
    SegmentationNetwork network = SegmentationNetwork.of(config, SmallNetwork.CLASSES);
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    TotalLoss loss =
        new TotalLoss(SmallNetwork.loss(1, 0.3, 0.1), config.outputs(), SmallNetwork.CLASSES);
    assertThat(SmallNetwork.step(manager, network, parameters, loss, 1)).isFinite();
    float[] gradient = new float[parameters.gradient().length()];
    parameters.gradient().host().get(gradient);
    return gradient;
  }

  @ParameterizedTest
  @EnumSource
  void recomputedStagesChangeNoBit(NormConfig.Type norm) {
    ModelConfig config = SmallNetwork.config(norm);
    ModelConfig again = with(config, Precision.FLOAT32, MemoryFormat.CHANNELS_LAST, 2, 3, 4);
    assertThat(Arrays.equals(gradient(again), gradient(config))).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void theLayoutOfActivationsChangesNoResult(NormConfig.Type norm) {
    ModelConfig config = SmallNetwork.config(norm);
    ModelConfig contiguous = with(config, Precision.FLOAT32, MemoryFormat.CONTIGUOUS);
    assertThat(Goldens.relativeL2(gradient(contiguous), gradient(config))).isLessThan(1e-4);
  }

  /** Eight bits make 0.4 % of each activation; norms over few pixels make more of it. */
  @ParameterizedTest
  @EnumSource
  void bfloat16IsNearToFloat32(NormConfig.Type norm) {
    ModelConfig config = SmallNetwork.config(norm);
    ModelConfig narrow = with(config, Precision.BFLOAT16, MemoryFormat.CHANNELS_LAST);
    assertThat(Goldens.relativeL2(gradient(narrow), gradient(config))).isBetween(1e-4, 0.2);
  }

  @Test
  void runningStatisticsAreThoseOfFloat32AlsoInBfloat16() {
    for (NormConfig.Type norm : List.of(NormConfig.Type.BATCH, NormConfig.Type.SYNC_BATCH)) {
      ModelConfig config = SmallNetwork.config(norm);
      ModelConfig narrow = with(config, Precision.BFLOAT16, MemoryFormat.CHANNELS_LAST);
      SegmentationNetwork network = SegmentationNetwork.of(narrow, SmallNetwork.CLASSES);
      FlatParameters parameters = new FlatParameters(manager, network, 1);
      FlatParameters.Slot first =
          parameters.slots().stream()
              .filter(slot -> slot.name().equals("backbone.bn1.running_var"))
              .findFirst()
              .orElseThrow();
      TotalLoss loss =
          new TotalLoss(SmallNetwork.loss(1, 0.3, 0.1), SmallNetwork.OUTPUTS, SmallNetwork.CLASSES);
      SmallNetwork.step(manager, network, parameters, loss, 1);
      float[] values = new float[first.length()];
      parameters.buffers().host().position(first.offset()).get(values);
      int coarse = 0;
      for (float value : values) {
        coarse += (Float.floatToIntBits(value) & 0xFFFF) == 0 ? 1 : 0;
      }
      assertThat(coarse).as("%s: values with 8 bits only", norm).isLessThan(values.length);
    }
  }

  @Test
  void frozenParametersKeepTheirValuesAndTheirStatistics() {
    ModelConfig all = SmallNetwork.config(NormConfig.Type.BATCH);
    SegmentationNetwork network =
        SegmentationNetwork.of(all.frozen(List.of("backbone\\..*")), SmallNetwork.CLASSES);
    FlatParameters parameters = new FlatParameters(manager, network, 1);
    TotalLoss loss =
        new TotalLoss(SmallNetwork.loss(1, 0.3, 0.1), SmallNetwork.OUTPUTS, SmallNetwork.CLASSES);
    float[] before = new float[parameters.buffers().length()];
    parameters.buffers().host().get(before);

    SmallNetwork.step(manager, network, parameters, loss, 1);

    assertThat(parameters.slots())
        .filteredOn(slot -> slot.name().startsWith("backbone."))
        .isNotEmpty()
        .noneMatch(FlatParameters.Slot::trained);
    float[] after = new float[before.length];
    parameters.buffers().host().get(after);
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (!slot.trained()) {
        int to = slot.offset() + slot.length();
        assertThat(Arrays.equals(before, slot.offset(), to, after, slot.offset(), to))
            .as(slot.name())
            .isEqualTo(slot.name().startsWith("backbone."));
      }
    }
  }

  @Test
  void aPatternThatFreezesNothingIsRefused() {
    ModelConfig config = SmallNetwork.config(NormConfig.Type.BATCH).frozen(List.of("bakbone\\..*"));
    assertThatThrownBy(() -> SegmentationNetwork.of(config, SmallNetwork.CLASSES))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(
            "'model.frozen': 'bakbone\\\\..*' matches none of the network's \\d+ names, such as"
                + " backbone.conv1.weight");
  }
}
