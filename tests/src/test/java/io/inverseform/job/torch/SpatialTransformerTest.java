package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.torch.SpatialTransformer.Padding;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpatialTransformerTest {
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
  @ValueSource(booleans = {true, false})
  void affineGridHasItsGradient(boolean alignCorners) {
    new GradientCheck()
        .input(2, 2, 3)
        .check(x -> Operators.affineGrid(x.get(0), 3, 4, alignCorners));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gridSampleHasItsGradients(boolean alignCorners) {
    new GradientCheck()
        .input(2, 2, 5, 4)
        .input(2, 3, 3, 2)
        .check(x -> Operators.gridSample(x.get(0), x.get(1), false, alignCorners));
    new GradientCheck()
        .input(2, 2, 5, 4)
        .input(2, 3, 3, 2)
        .check(x -> Operators.gridSample(x.get(0), x.get(1), true, alignCorners));
  }

  @Test
  void scaleGridHasItsGradient() {
    new GradientCheck().input(2, 3, 3, 2).check(x -> Operators.scaleGrid(x.get(0), 0.5, -2));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void homographyGridHasItsGradient(boolean alignCorners) {
    new GradientCheck().input(2, 8).check(x -> grid(x.get(0), alignCorners));
  }

  /** Of maps of which none has a horizon near a pixel. */
  private static NDArray grid(NDArray x, boolean alignCorners) {
    return Operators.homographyGrid(Operators.scale(x, 0.2), 3, 4, alignCorners);
  }

  @ParameterizedTest
  @CsvSource({
    "6, ZEROS, false",
    "6, ZEROS, true",
    "6, BORDER, false",
    "6, BORDER, true",
    "8, ZEROS, false",
    "8, ZEROS, true",
    "8, BORDER, false",
    "8, BORDER, true"
  })
  void warpHasItsGradients(int numbers, Padding padding, boolean alignCorners) {
    new GradientCheck()
        .input(2, 1, 5, 7)
        .input(2, numbers)
        .check(
            x ->
                SpatialTransformer.warp(
                    x.get(0), Operators.scale(x.get(1), 0.2), padding, alignCorners));
  }

  @Test
  void aHomographyWithoutPerspectiveIsAnAffineMap() {
    NDArray image = numbered(5, 6);
    float[] affine = {0.9f, 0.2f, 0.1f, -0.1f, 1.1f, 0.3f};
    for (boolean alignCorners : new boolean[] {true, false}) {
      float[] expected =
          SpatialTransformer.warp(image, theta(affine), Padding.ZEROS, alignCorners).toFloatArray();
      NDArray theta = manager.create(Arrays.copyOf(affine, 8), new Shape(1, 8));
      assertThat(SpatialTransformer.warp(image, theta, Padding.ZEROS, alignCorners).toFloatArray())
          .containsExactly(expected, offset(1e-4f));
    }
  }

  @Test
  void aHomographyWhoseHorizonIsInTheImageStaysFinite() {
    Differentiable image = new Differentiable(numbered(5, 5));
    // The depth is 1 + 2.5 x: 0 at x = -0.4, the centre of the second column.
    float[] values = {1, 0, 0, 0, 1, 0, 2.5f, 0};
    for (Padding padding : Padding.values()) {
      Differentiable theta = new Differentiable(manager.create(values, new Shape(1, 8)));
      NDArray warped = SpatialTransformer.warp(image.leaf(), theta.leaf(), padding, false);
      Differentiable.backward(warped.sum());
      for (NDArray array : List.of(warped, manager.create(theta.gradient()))) {
        assertThat(array.isInfinite().any().getBoolean()).isFalse();
        assertThat(array.isNaN().any().getBoolean()).isFalse();
      }
    }
  }

  @Test
  void theBorderGoesOnBeyondTheImage() {
    NDArray theta = theta(1, 0, 1, 0, 1, 0);
    NDArray shifted = SpatialTransformer.warp(numbered(1, 4), theta, Padding.BORDER, false);
    assertThat(shifted.toFloatArray()).containsExactly(new float[] {3, 4, 4, 4}, offset(1e-5f));
  }

  @Test
  void mapsOfOtherShapesAreRefusedWithBoth() {
    NDArray image = numbered(4, 4);
    for (Shape shape : List.of(new Shape(1, 7), new Shape(2, 6), new Shape(1, 3, 2))) {
      assertThatThrownBy(() -> SpatialTransformer.warp(image, manager.zeros(shape)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "images must be (N, C, H, W) and maps (N, 2, 3), (N, 6) or (N, 8), are (1, 1, 4, 4)"
                  + " and "
                  + shape);
    }
  }

  @Test
  void windowHasItsGradients() {
    new GradientCheck()
        .input(1, 2, 6, 10)
        .input(1, 6)
        .check(x -> SpatialTransformer.window(x.get(0), x.get(1), 4, 6));
    new GradientCheck()
        .input(1, 2, 6, 10)
        .input(1, 8)
        .check(x -> SpatialTransformer.window(x.get(0), Operators.scale(x.get(1), 0.2), 4, 6));
  }

  private NDArray numbered(long height, long width) {
    return manager.arange(1, height * width + 1, 1, DataType.FLOAT32).reshape(1, 1, height, width);
  }

  private NDArray theta(float... values) {
    return manager.create(values, new Shape(1, 6));
  }

  @Test
  void theIdentityLeavesAnImageAsItIs() {
    NDArray image = numbered(5, 6);
    NDArray same = SpatialTransformer.warp(image, theta(1, 0, 0, 0, 1, 0));
    assertThat(same.toFloatArray()).containsExactly(image.toFloatArray(), offset(1e-4f));
  }

  @Test
  void aShiftReadsThatFarAwayAndZerosBeyondTheImage() {
    // Two pixels of four to the right: 2 * 2 / 4 = 1.
    NDArray shifted = SpatialTransformer.warp(numbered(1, 4), theta(1, 0, 1, 0, 1, 0));
    assertThat(shifted.toFloatArray()).containsExactly(new float[] {3, 4, 0, 0}, offset(1e-5f));
  }

  @Test
  void aWindowTakesWhatIsMovedIntoItFromAroundIt() {
    NDArray image = numbered(4, 8);
    NDArray middle = SpatialTransformer.window(image, theta(1, 0, 0, 0, 1, 0), 2, 4);
    assertThat(middle.toFloatArray())
        .containsExactly(image.get(":, :, 1:3, 2:6").toFloatArray(), offset(1e-4f));
    // In the window's coordinates, two of its four pixels are 1.
    NDArray moved = SpatialTransformer.window(image, theta(1, 0, 1, 0, 1, 0), 2, 4);
    assertThat(moved.toFloatArray())
        .containsExactly(image.get(":, :, 1:3, 4:8").toFloatArray(), offset(1e-4f));
  }
}
