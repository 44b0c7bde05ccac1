package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.GoldenInverseNetwork;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published form of the InverseForm loss equals the reference's on the sigmoid. */
@Tag("golden")
class InverseFormGoldenTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;

  /** Theta of the identity map, of a homography but for the last number. */
  private static final float[] IDENTITY = {1, 0, 0, 0, 1, 0, 0, 0};

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsEqualTheReference() throws IOException {
    Npz golden = Npz.golden("inverseform.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : golden.prefixes()) {
      if (golden.has(prefix + ".edge_logits")) {
        for (String mode : List.of("sigmoid", "affine6", "homog8")) {
          String name = prefix + "." + mode;
          tests.add(DynamicTest.dynamicTest(name, () -> check(golden, prefix, mode)));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void check(Npz golden, String prefix, String mode) {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      InverseTransformNetwork network = network(manager, golden, mode);
      InverseForm term =
          new InverseForm(LossConfig.InverseForm.published(1, "inverse"), 1, network);
      Differentiable boundary =
          new Differentiable(Goldens.tensor(manager, golden.array(prefix + ".edge_logits")));
      NDArray edges = Goldens.tensor(manager, golden.array(prefix + ".edge_target"));
      Shape shape = edges.getShape();
      Shape labels = new Shape(shape.get(0), shape.get(2), shape.get(3));
      try (Truth truth = new Truth(manager.zeros(labels, DataType.INT64), edges);
          Prediction prediction =
              new Prediction(new Output("main", boundary.leaf(), boundary.leaf()), 1, truth)) {
        NDArray mean = Operators.scale(term.sumOverImages(prediction, truth), 1.0 / truth.images());
        Differentiable.backward(mean);
        float[] value = {mean.getFloat()};
        String name = prefix + "." + mode;
        close(value, golden.array(name + ".value"), VALUE);
        close(boundary.gradient(), golden.array(name + ".grad_edge_logits"), GRADIENT);
      }
    }
  }

  /**
   * The reference's six or eight outputs are theta itself, ours theta - I: the last bias tells them
   * apart.
   */
  private static InverseTransformNetwork network(NDManager manager, Npz golden, String mode) {
    if (mode.equals("sigmoid")) {
      return GoldenInverseNetwork.load(manager, golden, "inv4.fc.");
    }
    String prefix = mode.equals("affine6") ? "inv6.fc." : "inv8.fc.";
    InverseTransformNetwork network = GoldenInverseNetwork.load(manager, golden, prefix);
    NDArray bias = network.named().get("fc.4.bias").getArray();
    float[] identity = Arrays.copyOf(IDENTITY, Math.toIntExact(bias.size()));
    Operators.copy(bias, bias.sub(manager.create(identity)));
    return network;
  }

  private static void close(float[] actual, Npz.Array expected, double tolerance) {
    assertThat(Goldens.relativeL2(actual, expected.floats()))
        .as(expected.name())
        .isLessThan(tolerance);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 8})
  void distancesOfGivenMapsEqualTheReference(int numbers) throws IOException {
    Torch.start(1);
    Npz golden = Npz.golden("inverseform.npz");
    String name = "frob" + numbers;
    try (NDManager manager = Torch.manager(Device.cpu())) {
      InverseTransformNetwork network =
          GoldenInverseNetwork.load(manager, golden, "inv" + numbers + ".fc.");
      Differentiable theta =
          new Differentiable(Goldens.tensor(manager, golden.array(name + ".theta")));
      NDArray identity = manager.create(Arrays.copyOf(IDENTITY, numbers));
      NDArray distances = network.distances(theta.leaf().sub(identity));
      NDArray mean = distances.mean();
      Differentiable.backward(mean);
      close(distances.toFloatArray(), golden.array(name + ".per_item"), VALUE);
      close(new float[] {mean.getFloat()}, golden.array(name + ".value"), VALUE);
      close(theta.gradient(), golden.array(name + ".grad_theta"), GRADIENT);
    }
  }
}
