package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.GoldenNetwork;
import io.inverseform.golden.GoldenNetwork.Kind;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.PretrainedConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every network of the reference gives the reference's outputs in evaluation. */
@Tag("golden")
class SegmentationNetworkGoldenTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @EnumSource(names = {"OCRNET", "HRNET", "LIGHT"})
  void outputsAtOneScaleEqualTheReference(Kind kind) throws IOException {
    Npz golden = kind.evaluation();
    try (GoldenNetwork network = new GoldenNetwork(kind);
        NDManager manager = network.manager().newSubManager();
        Tape tape = Tape.inference(manager)) {
      NDArray images = Goldens.tensor(manager, golden.array("in.images"));
      long height = images.getShape().get(2);
      long width = images.getShape().get(3);

      List<Output> outputs = network.network().outputs(tape, images);

      Output main = Output.of(outputs, "main");
      Output auxiliary = Output.of(outputs, "auxiliary");
      boolean ocr = kind == Kind.OCRNET;
      close(main.logits(), golden.array(ocr ? "eval.low.ocr_cls" : "eval.low.hrhead_out"));
      close(auxiliary.logits(), golden.array(ocr ? "eval.low.ocr_aux" : "eval.low.aux_head_out"));
      close(main.boundary(), golden.array("eval.low.edge_cls_out"));
      close(sigmoid(auxiliary.boundary()), golden.array("eval.low.edge_head_sigmoid_out"));
      close(Operators.bilinear(main.logits(), height, width, false), golden.array("eval.pred"));
      close(
          Operators.bilinear(main.boundary(), height, width, false),
          golden.array("eval.edge_pred"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void featuresOfEveryStageEqualTheReference(Kind kind) throws IOException {
    Npz golden = kind.evaluation();
    String prefix = kind == Kind.MSCALE ? "fwd1x.low." : "eval.low.";
    try (GoldenNetwork network = new GoldenNetwork(kind);
        NDManager manager = network.manager().newSubManager();
        Tape tape = Tape.inference(manager)) {
      Layer backbone = backbone(network, manager);
      NDArray images = Goldens.tensor(manager, golden.array("in.images"));

      NDList features = backbone.forward(tape, new NDList(images));

      close(features.get(0), golden.array(prefix + "feats_stage2"));
      close(features.get(1), golden.array(prefix + "feats_stage3"));
      close(features.get(2), golden.array(prefix + "feats"));
    }
  }

  /** The backbone by itself, all of its stages read, with the golden weights. */
  private static Layer backbone(GoldenNetwork network, NDManager manager) throws IOException {
    Layer backbone = new Backbone(network.config());
    FlatParameters parameters = new FlatParameters(manager, backbone, 1);
    PretrainedConfig part =
        new PretrainedConfig("", "", List.of(), List.of("(?!backbone\\.).*"), List.of());
    try (WeightFile file = network.weights()) {
      parameters.load(file, part);
    }
    return backbone;
  }

  /** Under the name that it has in the whole network. */
  private static final class Backbone extends Layer {
    private final HrNet network;

    Backbone(ModelConfig config) {
      network =
          add("backbone", new HrNet(config.backbone(), config.norm(), List.of(2, 3, 4), List.of()));
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      return network.forward(tape, inputs);
    }
  }

  @Test
  void attentionOverThreeScalesEqualsTheReference() throws IOException {
    Npz golden = Kind.MSCALE.evaluation();
    try (GoldenNetwork network = new GoldenNetwork(Kind.MSCALE, List.of(0.5, 1.0, 2.0));
        NDManager manager = network.manager().newSubManager();
        Tape tape = Tape.inference(manager)) {
      NDArray images = Goldens.tensor(manager, golden.array("in.images"));

      List<Output> outputs = network.network().outputs(tape, images);

      close(Output.of(outputs, "main").logits(), golden.array("nscale.pred"));
      for (String scale : List.of("0.5", "1.0")) {
        Output one = Output.of(outputs, "scale_" + scale);
        close(one.logits(), golden.array("nscale.pred_" + scale + "x"));
        close(one.attention(), golden.array("nscale.attn_" + scale + "x"));
      }
      NDArray twice = Output.of(outputs, "scale_2.0").logits();
      close(twice.get(":, :, ::4, ::4"), golden.array("nscale.pred_2.0x_sub4"));
      NDArray boundary = Output.of(outputs, "main").boundary();
      long height = golden.array("in.images").shape()[2];
      long width = golden.array("in.images").shape()[3];
      close(
          Operators.bilinear(sigmoid(boundary), height, width, false),
          golden.array("nscale.edge_pred"));
    }
  }

  @Test
  void attentionOverFourScalesEqualsTheReference() throws IOException {
    close(List.of(0.25, 0.5, 1.0, 2.0), "main", "nscale4.pred");
  }

  @Test
  void attentionOverTheScalesOfTrainingEqualsTheReference() throws IOException {
    close(List.of(0.5, 1.0), "main", "two_scale_edge.pred");
  }

  @Test
  void aPassAtOneScaleEqualsTheReference() throws IOException {
    close(List.of(1.0), "auxiliary", "fwd1x.aux_out");
  }

  private static void close(List<Double> scales, String output, String expected)
      throws IOException {
    Npz golden = Kind.MSCALE.evaluation();
    try (GoldenNetwork network = new GoldenNetwork(Kind.MSCALE, scales);
        NDManager manager = network.manager().newSubManager();
        Tape tape = Tape.inference(manager)) {
      NDArray images = Goldens.tensor(manager, golden.array("in.images"));
      List<Output> outputs = network.network().outputs(tape, images);
      close(Output.of(outputs, output).logits(), golden.array(expected));
    }
  }

  private static NDArray sigmoid(NDArray logits) {
    return logits.getNDArrayInternal().sigmoid();
  }

  private static void close(NDArray actual, Npz.Array expected) {
    assertThat(Goldens.relativeL2(actual.toFloatArray(), expected.floats()))
        .as(expected.name())
        .isLessThan(TOLERANCE);
  }
}
