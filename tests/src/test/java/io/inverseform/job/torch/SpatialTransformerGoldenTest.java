package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Affine maps and homographies, with both gradients, equal the reference's. */
@Tag("golden")
class SpatialTransformerGoldenTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;

  @TestFactory
  Stream<DynamicTest> gridValuesAndGradientsEqualTheReference() throws IOException {
    Npz golden = Npz.golden("stn.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : golden.prefixes()) {
      if (golden.has(prefix + ".theta6")) {
        for (boolean alignCorners : new boolean[] {false, true}) {
          for (String kind : List.of("affine", "homog")) {
            String name = prefix + "." + kind + "_ac" + (alignCorners ? 1 : 0);
            String maps = prefix + (kind.equals("affine") ? ".theta6" : ".theta8");
            tests.add(
                DynamicTest.dynamicTest(
                    name, () -> check(golden, prefix, maps, name, alignCorners)));
          }
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void check(
      Npz golden, String prefix, String maps, String name, boolean alignCorners) {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Differentiable edge =
          new Differentiable(Goldens.tensor(manager, golden.array(prefix + ".edge")));
      Differentiable theta = new Differentiable(Goldens.tensor(manager, golden.array(maps)));
      NDArray cotangent = Goldens.tensor(manager, golden.array(prefix + ".cotangent"));
      Shape shape = edge.leaf().getShape();
      NDArray grid =
          SpatialTransformer.grid(theta.leaf(), shape.get(2), shape.get(3), alignCorners);
      NDArray out =
          SpatialTransformer.warp(
              edge.leaf(), theta.leaf(), SpatialTransformer.Padding.ZEROS, alignCorners);
      Differentiable.backward(out.mul(cotangent).sum());
      close(grid.toFloatArray(), golden.array(name + ".grid"), VALUE);
      close(out.toFloatArray(), golden.array(name + ".out"), VALUE);
      close(theta.gradient(), golden.array(name + ".grad_theta"), GRADIENT);
      close(edge.gradient(), golden.array(name + ".grad_edge"), GRADIENT);
    }
  }

  private static void close(float[] actual, Npz.Array expected, double tolerance) {
    assertThat(Goldens.relativeL2(actual, expected.floats()))
        .as(expected.name())
        .isLessThan(tolerance);
  }
}
