package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.GoldenInverseNetwork;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import io.inverseform.job.torch.SpatialTransformer;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published perceptron's transforms, and one step of its training, equal the reference's. */
@Tag("golden")
class InverseTransformNetworkGoldenTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6, 8})
  void transformsOfTilesEqualTheReference(int outputs) throws IOException {
    Npz golden = Npz.golden("inverseform.npz");
    InverseTransformNetwork network =
        GoldenInverseNetwork.load(manager, golden, "inv" + outputs + ".fc.");
    try (Tape tape = Tape.inference(manager)) {
      NDList pair =
          new NDList(
              Goldens.tensor(manager, golden.array("tiles.a")),
              Goldens.tensor(manager, golden.array("tiles.b")));
      NDArray transforms = network.forward(tape, pair).singletonOrThrow();
      assertClose(transforms.toFloatArray(), golden.array("tiles.out" + outputs), VALUE);
    }
  }

  @Test
  void aStepOfRegressionEqualsTheReference() throws IOException {
    Npz golden = Npz.golden("stn.npz");
    InverseTransformNetwork network = GoldenInverseNetwork.load(manager, golden, "reg.w.fc.");
    NDArray theta = Goldens.tensor(manager, golden.array("reg.theta"));
    NDArray edge = Goldens.tensor(manager, golden.array("reg.edge"));
    NDArray warped = SpatialTransformer.warp(edge, theta);
    assertClose(warped.toFloatArray(), golden.array("reg.warped"), VALUE);

    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (Tape tape =
        Tape.training(
            manager,
            (parameter, gradient) ->
                network
                    .named()
                    .forEach(
                        (name, candidate) -> {
                          if (candidate == parameter) {
                            gradients.put(name, gradient.toFloatArray());
                          }
                        }),
            SmallNetwork.keepAll())) {
      NDArray predicted = network.forward(tape, new NDList(warped, edge)).singletonOrThrow();
      NDArray error = predicted.sub(theta);
      NDArray loss = error.mul(error).mean();
      assertClose(predicted.toFloatArray(), golden.array("reg.pred"), VALUE);
      assertClose(new float[] {loss.getFloat()}, golden.array("reg.mse"), VALUE);
      tape.backward(loss);
    }
    assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(network.named().keySet());
    gradients.forEach(
        (name, gradient) -> assertClose(gradient, golden.array("reg.grad." + name), GRADIENT));
  }

  private static void assertClose(float[] actual, Npz.Array expected, double tolerance) {
    assertThat(Goldens.relativeL2(actual, expected.floats()))
        .as(expected.name())
        .isLessThan(tolerance);
  }
}
