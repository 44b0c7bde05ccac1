package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.inverseform.golden.Goldens;
import io.inverseform.golden.Npz;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Bilinear resizing, with its gradient, equals PyTorch's; augmentation's is the same. */
@Tag("golden")
class ResizeGoldenTest {
  /** What is left of float32 in the stored values, and what PyTorch's own float32 is off them. */
  private static final double EXACT = 1e-7;

  private static final double ROUNDED = 1e-5;

  @TestFactory
  Stream<DynamicTest> valuesAndGradientsToAGivenSizeEqualTheReference() throws IOException {
    Npz golden = Npz.golden("resize.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String prefix : golden.prefixes()) {
      for (boolean alignCorners : new boolean[] {false, true}) {
        String name = prefix + ".ac" + (alignCorners ? 1 : 0);
        if (golden.has(name + ".y")) {
          tests.add(
              DynamicTest.dynamicTest(name, () -> resized(golden, prefix, name, alignCorners)));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void resized(Npz golden, String prefix, String name, boolean alignCorners) {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Npz.Array expected = golden.array(name + ".y");
      int height = expected.shape()[2];
      int width = expected.shape()[3];
      for (DataType type : List.of(DataType.FLOAT64, DataType.FLOAT32)) {
        Differentiable x = new Differentiable(tensor(manager, golden.array(prefix + ".x"), type));
        NDArray y = Operators.bilinear(x.leaf(), height, width, alignCorners);
        NDArray cotangent = tensor(manager, golden.array(name + ".cotangent"), type);
        Differentiable.backward(y.mul(cotangent).sum());
        close(y, expected);
        close(x.gradientArray(), golden.array(name + ".grad_x"));
        if (!alignCorners) {
          NDArray plain = tensor(manager, golden.array(prefix + ".x"), type);
          close(Images.scaled(plain, height, width), expected);
        }
      }
    }
  }

  /** By a factor: the size is rounded down, and the step follows from the sizes. */
  @TestFactory
  Stream<DynamicTest> scaledPicturesEqualTheReference() throws IOException {
    Npz golden = Npz.golden("resize.npz");
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : golden.names()) {
      if (name.endsWith(".recompute1")) {
        tests.add(DynamicTest.dynamicTest(name, () -> scaled(golden, name)));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void scaled(Npz golden, String name) {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      String prefix = name.substring(0, name.indexOf('.'));
      NDArray x = tensor(manager, golden.array(prefix + ".x"), DataType.FLOAT64);
      double scale = Double.parseDouble(name.substring(prefix.length() + 2, name.lastIndexOf('.')));
      int height = (int) Math.floor(x.getShape().get(2) * scale);
      int width = (int) Math.floor(x.getShape().get(3) * scale);
      close(Images.scaled(x, height, width), golden.array(name));
    }
  }

  private static NDArray tensor(NDManager manager, Npz.Array array, DataType type) {
    NDArray values = Goldens.tensor(manager, array);
    return type == DataType.FLOAT32 ? values : values.toType(type, true);
  }

  private static void close(NDArray actual, Npz.Array expected) {
    float[] values =
        actual.getDataType() == DataType.FLOAT32
            ? actual.toFloatArray()
            : actual.toType(DataType.FLOAT32, true).toFloatArray();
    assertThat(Goldens.relativeL2(values, expected.floats()))
        .as("%s in %s", expected.name(), actual.getDataType())
        .isLessThan(actual.getDataType() == DataType.FLOAT32 ? ROUNDED : EXACT);
  }
}
