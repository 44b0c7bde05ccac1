package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.GoldenInverseNetwork;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossConfig.Tiling;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The losses and their gradients equal the reference's. */
@Tag("golden")
class LossesGoldenTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;
  private static final Pattern CROSS_ENTROPY =
      Pattern.compile("(\\w+)\\.(ice_(norm0_bw\\d|perimage_norm0)(?:_ub([0-9.]+))?)\\.value");
  private static final double THRESHOLD = 0.8;

  private static final String EDGE_GRADIENT = ".grad_edge_logits";
  private static final String GRADIENT_OF_LOGITS = ".grad_logits";

  /**
   * A row of the file.
   *
   * @param sums whether the reference sums over the images, and does not average
   */
  private record Row(String name, LossTerm term, boolean sums) {}

  private static NDManager networks;

  @BeforeAll
  static void start() {
    Torch.start(1);
    networks = Torch.manager(Device.cpu());
  }

  @AfterAll
  static void release() {
    networks.close();
  }

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsEqualTheReference() throws IOException {
    Npz golden = Npz.golden("losses.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : golden.prefixes()) {
      if (!golden.has(prefix + ".logits")) {
        continue; // Single facts beside the cases.
      }
      int classes = golden.array(prefix + ".logits").shape()[1];
      for (Row row : rows(golden, prefix, classes, networks)) {
        String name = prefix + "." + row.name();
        tests.add(DynamicTest.dynamicTest(name, () -> check(golden, prefix, classes, row)));
      }
    }
    return tests.stream();
  }

  private static List<Row> rows(Npz golden, String prefix, int classes, NDManager manager) {
    List<Row> rows = new ArrayList<>();
    InverseTransformNetwork network =
        GoldenInverseNetwork.load(manager, golden, prefix + ".inv.fc.");
    rows.add(
        new Row(
            "inverse_sigmoid",
            new InverseForm(
                new LossConfig.InverseForm(1, "inverse", Tiling.RESIZED_3X6, false), network),
            false));
    rows.add(
        new Row(
            "bce2d",
            new BoundaryCrossEntropy(new LossConfig.BoundaryCrossEntropy(1, "bce", Scope.BATCH)),
            false));
    rows.add(
        new Row(
            "edge_attention_sigmoid",
            new EdgeAttention(
                new LossConfig.EdgeAttention(1, "attention", THRESHOLD, 1, Scope.BATCH), classes),
            true));
    for (String name : golden.names()) {
      Matcher matcher = CROSS_ENTROPY.matcher(name);
      if (matcher.matches() && matcher.group(1).equals(prefix)) {
        double bound = matcher.group(4) == null ? 1 : Double.parseDouble(matcher.group(4));
        Scope scope = matcher.group(3).startsWith("perimage") ? Scope.IMAGE : Scope.BATCH;
        LossConfig.CrossEntropy config = new LossConfig.CrossEntropy(1, "ce", bound, scope);
        rows.add(new Row(matcher.group(2), new ClassWeightedCrossEntropy(config, classes), true));
      }
    }
    return rows;
  }

  private static void check(Npz golden, String prefix, int classes, Row row) {
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Differentiable logits = leaf(manager, golden.array(prefix + ".logits"));
      Differentiable boundary = leaf(manager, golden.array(prefix + ".edge_logits"));
      Truth truth =
          new Truth(
              Goldens.labels(manager, golden.array(prefix + ".target")),
              Goldens.tensor(manager, golden.array(prefix + ".edge_target")));
      NDArray loss;
      try (Prediction prediction =
          new Prediction(new Output("main", logits.leaf(), boundary.leaf()), classes, truth)) {
        loss = row.term().sumOverImages(prediction, truth);
      }
      double factor = row.sums() ? 1 : 1.0 / truth.images();
      NDArray scaled = Operators.scale(loss, factor);

      Differentiable.backward(scaled);

      String name = prefix + "." + row.name();
      float expected = golden.array(name + ".value").scalar();
      assertThat(scaled.getFloat())
          .as(name)
          .isCloseTo(expected, offset((float) (VALUE * Math.abs(expected))));
      compare(golden, name + GRADIENT_OF_LOGITS, logits);
      compare(golden, name + EDGE_GRADIENT, boundary);
    }
  }

  private static Differentiable leaf(NDManager manager, Npz.Array array) {
    return new Differentiable(Goldens.tensor(manager, array));
  }

  private static void compare(Npz golden, String name, Differentiable input) {
    if (golden.has(name)) {
      assertThat(Goldens.relativeL2(input.gradient(), golden.array(name).floats()))
          .as(name)
          .isLessThan(GRADIENT);
    }
  }
}
