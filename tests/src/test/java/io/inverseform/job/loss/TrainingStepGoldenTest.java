package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.GoldenInverseNetwork;
import io.inverseform.golden.GoldenNetwork;
import io.inverseform.golden.GoldenNetwork.Kind;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossConfig.Tiling;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One forward and backward pass in training equals the reference without its defects. */
@Tag("golden")
class TrainingStepGoldenTest {
  private static final double VALUE = 1e-4;
  private static final double GRADIENT = 1e-3;
  private static final double AUXILIARY = 0.4;

  @ParameterizedTest
  @EnumSource
  void lossOutputsGradientsAndStatisticsEqualTheReference(Kind kind) throws IOException {
    Npz golden = kind.training();
    try (GoldenNetwork network = new GoldenNetwork(kind);
        NDManager manager = network.manager().newSubManager()) {
      FlatParameters.Collector collector = network.parameters().collect((offset, length) -> {});
      int images = golden.array("in.images").shape()[0];
      InverseTransformNetwork inverse =
          GoldenInverseNetwork.load(manager, golden, "inversenet.fc.");
      TotalLoss loss =
          new TotalLoss(loss(images), network.config().outputs(), network.classes(), inverse);
      try (Tape tape = Tape.training(manager, collector, GoldenNetwork.NO_DROPOUT)) {
        List<Output> outputs =
            network.network().outputs(tape, Goldens.tensor(manager, golden.array("in.images")));
        StepLoss result =
            loss.compute(
                outputs,
                Goldens.labels(manager, golden.array("in.gts")),
                Goldens.tensor(manager, golden.array("in.edge")),
                images);
        compareOutputs(kind, golden, outputs);
        compareLoss(golden, result, images);

        tape.backward(result.total());
      }
      collector.finish();

      compareGradients(golden, network.parameters());
      compareStatistics(golden, network.parameters());
    }
  }

  /** The reference sums cross-entropies over the images, and averages the other terms. */
  private static LossConfig loss(int images) {
    return new LossConfig(
        Map.of("main", 1.0, "auxiliary", AUXILIARY),
        List.of(
            new LossConfig.CrossEntropy(images, "ce", 1, Scope.BATCH),
            new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.BATCH),
            new LossConfig.EdgeAttention(0.1 * images, "attention", 0.8, 1, Scope.BATCH),
            new LossConfig.InverseForm(0.3, "inverse", Tiling.RESIZED_3X6, false)));
  }

  private static void compareOutputs(Kind kind, Npz golden, List<Output> outputs) {
    Output main = Output.of(outputs, "main");
    Output auxiliary = Output.of(outputs, "auxiliary");
    int[] full = golden.array("in.edge").shape();
    close("edge_main", Operators.bilinear(main.boundary(), full[2], full[3], false), golden);
    close("edge_aux", Operators.bilinear(auxiliary.boundary(), full[2], full[3], false), golden);
    switch (kind) {
      case OCRNET -> {
        close("low.ocr.call0.out0", main.logits(), golden);
        close("low.ocr.call0.out1", auxiliary.logits(), golden);
      }
      case HRNET, LIGHT -> {
        close("low.hrhead.call0.out0", main.logits(), golden);
        close("low.aux_head.call0.out0", auxiliary.logits(), golden);
      }
      case MSCALE -> {
        close("low.edge_head.call1.out0", main.boundary(), golden);
        return;
      }
    }
    close("low.edgeocr_cls_head.call0.out0", main.boundary(), golden);
    close("low.edge_head.call0.out0", auxiliary.boundary(), golden);
  }

  private static void close(String name, NDArray actual, Npz golden) {
    assertThat(Goldens.relativeL2(actual.toFloatArray(), array(golden, name).floats()))
        .as(name)
        .isLessThan(VALUE);
  }

  private static void compareLoss(Npz golden, StepLoss result, int images) {
    Map<String, Float> terms = result.values();
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
          .isLessThan(VALUE);
    }
    float[] total = {result.total().getFloat()};
    assertThat(Goldens.relativeL2(total, array(golden, "loss").floats()))
        .as("total loss")
        .isLessThan(VALUE);
  }

  private static void compareGradients(Npz golden, FlatParameters parameters) {
    float[] actual = new float[Math.toIntExact(parameters.parameterCount())];
    float[] expected = new float[actual.length];
    int at = 0;
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (slot.trained()) {
        float[] reference = golden.array("train_fix.grad." + slot.name()).floats();
        System.arraycopy(reference, 0, expected, at, slot.length());
        parameters.gradient().host().position(slot.offset()).get(actual, at, slot.length());
        at += slot.length();
      }
    }
    assertThat(Goldens.relativeL2(actual, expected)).as("all gradients").isLessThan(GRADIENT);
    compareEach(golden, parameters);
  }

  /**
   * A bias that a batch norm cancels has gradient 0 but for rounding, which is no relative error.
   */
  private static void compareEach(Npz golden, FlatParameters parameters) {
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (slot.trained()) {
        float[] expected = golden.array("train_fix.grad." + slot.name()).floats();
        float[] actual = new float[slot.length()];
        parameters.gradient().host().position(slot.offset()).get(actual);
        double norm = Goldens.l2(expected);
        double distance = Goldens.l2(actual, expected);
        assertThat(distance).as(slot.name()).isLessThan(Math.max(0.01 * norm, 1e-5));
      }
    }
  }

  private static void compareStatistics(Npz golden, FlatParameters parameters) {
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (!slot.trained()) {
        float[] actual = new float[slot.length()];
        parameters.buffers().host().position(slot.offset()).get(actual);
        float[] expected = array(golden, "bn_after." + slot.name()).floats();
        assertThat(Goldens.relativeL2(actual, expected)).as(slot.name()).isLessThan(VALUE);
      }
    }
  }

  /** Of the sane variant, of which only what differs from the reference's own run is stored. */
  private static Npz.Array array(Npz golden, String name) {
    return golden.array((golden.has("train_fix." + name) ? "train_fix." : "train_ref.") + name);
  }
}
