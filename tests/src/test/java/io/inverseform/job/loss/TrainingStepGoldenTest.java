package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.inverseform.golden.GoldenInverseNetwork;
import io.inverseform.golden.GoldenNetwork;
import io.inverseform.golden.GoldenNetwork.Kind;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Gradients;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.RandomParameters;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One forward and backward pass in training equals the reference without its defects. */
@Tag("golden")
class TrainingStepGoldenTest {
  private static final double AUXILIARY = 0.4;

  /**
   * How close to the reference, which was computed in float64, relative L2.
   *
   * @param gradient of all gradients as one vector
   */
  private record Limits(double value, double gradient) {}

  /**
   * What is compared with the reference. Where channels come last PyTorch's batch norm adds up its
   * float32 statistics one by one, so that gradients are bounded there more widely; contiguous
   * float32 and float64 show that it is rounding.
   */
  private record Case(Kind kind, DataType type, MemoryFormat format, Limits limits) {
    @Override
    public String toString() {
      return kind + ", " + type + ", " + format;
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void lossOutputsGradientsAndStatisticsEqualTheReference(Case compared) throws IOException {
    Kind kind = compared.kind();
    DataType type = compared.type();
    Limits limits = compared.limits();
    Npz golden = kind.training();
    try (GoldenNetwork network = new GoldenNetwork(kind, compared.format());
        NDManager manager = network.manager().newSubManager()) {
      GradientsByName gradients = new GradientsByName(network, type);
      int images = golden.array("in.images").shape()[0];
      InverseTransformNetwork inverse =
          GoldenInverseNetwork.load(manager, golden, "inversenet.fc.");
      convert(network.network(), type);
      convert(inverse, type);
      TotalLoss loss =
          new TotalLoss(loss(images), network.config().outputs(), network.classes(), inverse);
      try (Tape tape = Tape.training(manager, gradients.collector(), GoldenNetwork.NO_DROPOUT)) {
        List<Output> outputs =
            network.network().outputs(tape, tensor(manager, golden, "in.images", type));
        StepLoss result =
            loss.compute(
                outputs,
                Goldens.labels(manager, golden.array("in.gts")),
                tensor(manager, golden, "in.edge", type),
                images);
        compareOutputs(kind, golden, outputs, limits);
        compareLoss(golden, result, images, limits);

        tape.backward(result.total());
      }

      compareGradients(golden, gradients.all(), limits);
      compareStatistics(golden, RandomParameters.buffers(network.network()), limits);
    }
  }

  static Stream<Case> networks() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(
                    new Case(
                        kind, DataType.FLOAT32, MemoryFormat.CONTIGUOUS, new Limits(1e-4, 1e-3)),
                    new Case(
                        kind, DataType.FLOAT32, MemoryFormat.CHANNELS_LAST, new Limits(1e-4, 5e-3)),
                    new Case(
                        kind,
                        DataType.FLOAT64,
                        MemoryFormat.CHANNELS_LAST,
                        new Limits(1e-6, 1e-6))));
  }

  private static void convert(Layer layer, DataType type) {
    for (Parameter parameter : layer.named().values()) {
      if (parameter.getArray().getDataType() != type) {
        NDArray converted = parameter.getArray().toType(type, true);
        parameter.close();
        parameter.setShape(null);
        parameter.setArray(converted);
      }
    }
  }

  private static NDArray tensor(NDManager manager, Npz golden, String name, DataType type) {
    return Goldens.tensor(manager, golden.array(name)).toType(type, true);
  }

  /** The reference sums cross-entropies over the images, and averages the other terms. */
  private static LossConfig loss(int images) {
    return new LossConfig(
        Map.of("main", 1.0, "auxiliary", AUXILIARY),
        List.of(
            new LossConfig.ClassWeightedCrossEntropy(images, "ce", 1, Scope.BATCH),
            new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.BATCH),
            new LossConfig.EdgeAttention(0.1 * images, "attention", 0.8, 1, Scope.BATCH),
            LossConfig.InverseForm.published(0.3, "inverse")));
  }

  private static void compareOutputs(Kind kind, Npz golden, List<Output> outputs, Limits limits) {
    Output main = Output.of(outputs, "main");
    Output auxiliary = Output.of(outputs, "auxiliary");
    int[] full = golden.array("in.edge").shape();
    close(
        "edge_main", Operators.bilinear(main.boundary(), full[2], full[3], false), golden, limits);
    close(
        "edge_aux",
        Operators.bilinear(auxiliary.boundary(), full[2], full[3], false),
        golden,
        limits);
    switch (kind) {
      case OCRNET -> {
        close("low.ocr.call0.out0", main.logits(), golden, limits);
        close("low.ocr.call0.out1", auxiliary.logits(), golden, limits);
      }
      case HRNET, LIGHT -> {
        close("low.hrhead.call0.out0", main.logits(), golden, limits);
        close("low.aux_head.call0.out0", auxiliary.logits(), golden, limits);
      }
      case MSCALE -> {
        close("low.edge_head.call1.out0", main.boundary(), golden, limits);
        return;
      }
    }
    close("low.edgeocr_cls_head.call0.out0", main.boundary(), golden, limits);
    close("low.edge_head.call0.out0", auxiliary.boundary(), golden, limits);
  }

  private static void close(String name, NDArray actual, Npz golden, Limits limits) {
    float[] values = actual.toType(DataType.FLOAT32, true).toFloatArray();
    assertThat(Goldens.relativeL2(values, array(golden, name).floats()))
        .as(name)
        .isLessThan(limits.value());
  }

  private static void compareLoss(Npz golden, StepLoss result, int images, Limits limits) {
    Map<String, Float> terms = new LinkedHashMap<>();
    result
        .terms()
        .forEach((name, term) -> terms.put(name, term.toType(DataType.FLOAT32, true).getFloat()));
    for (String output : List.of("main", "aux")) {
      String prefix = output.equals("main") ? "" : "aux.";
      float[] ours = {
        terms.get(prefix + "ce") * images,
        terms.get(prefix + "bce"),
        terms.get(prefix + "attention") * images,
        terms.get(prefix + "inverse")
      };
      assertThat(Goldens.relativeL2(ours, array(golden, "comp_" + output).floats()))
          .as("terms of the %s output", output)
          .isLessThan(limits.value());
    }
    float[] total = {result.total().toType(DataType.FLOAT32, true).getFloat()};
    assertThat(Goldens.relativeL2(total, array(golden, "loss").floats()))
        .as("total loss")
        .isLessThan(limits.value());
  }

  /**
   * What the backward pass leaves, zeros for a parameter that the loss does not depend on. Float32
   * goes into the network's flat memory as in a training; that holds no float64.
   */
  private static final class GradientsByName {
    private final FlatParameters parameters;
    private final FlatParameters.Collector flat;
    private final Map<String, double[]> exact = new LinkedHashMap<>();
    private final Gradients collector;

    GradientsByName(GoldenNetwork network, DataType type) {
      parameters = network.parameters();
      flat = parameters.collect((offset, length) -> {});
      collector =
          type == DataType.FLOAT32 ? flat : RandomParameters.collector(network.network(), exact);
    }

    Gradients collector() {
      return collector;
    }

    Map<String, float[]> all() {
      flat.finish();
      Map<String, float[]> gradients = new LinkedHashMap<>();
      for (FlatParameters.Slot slot : parameters.slots()) {
        if (slot.trained()) {
          gradients.put(
              slot.name(),
              exact.containsKey(slot.name())
                  ? floats(exact.get(slot.name()))
                  : parameters.gradient(slot));
        }
      }
      return gradients;
    }
  }

  /** The reference also has zeros for parameters that are none here. */
  private static void compareGradients(Npz golden, Map<String, float[]> gradients, Limits limits) {
    String prefix = "train_fix.grad.";
    List<String> references =
        golden.names().stream()
            .filter(name -> name.startsWith(prefix))
            .map(name -> name.substring(prefix.length()))
            .toList();
    assertThat(gradients).isNotEmpty();
    assertThat(references).containsAll(gradients.keySet());
    double distance = 0;
    double norm = 0;
    for (String name : references) {
      float[] expected = golden.array(prefix + name).floats();
      double own = Goldens.l2(gradients.getOrDefault(name, new float[expected.length]), expected);
      // A bias that a batch norm cancels has gradient 0 but for rounding.
      assertThat(own)
          .as(name)
          .isLessThan(Math.max(10 * limits.gradient() * Goldens.l2(expected), 1e-5));
      distance += own * own;
      norm += Math.pow(Goldens.l2(expected), 2);
    }
    assertThat(Math.sqrt(distance / norm)).as("all gradients").isLessThan(limits.gradient());
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static void compareStatistics(Npz golden, Map<String, double[]> buffers, Limits limits) {
    buffers.forEach(
        (name, values) ->
            assertThat(
                    Goldens.relativeL2(floats(values), array(golden, "bn_after." + name).floats()))
                .as(name)
                .isLessThan(limits.value()));
  }

  /** Of the sane variant, of which only what differs from the reference's own run is stored. */
  private static Npz.Array array(Npz golden, String name) {
    return golden.array((golden.has("train_fix." + name) ? "train_fix." : "train_ref.") + name);
  }
}
