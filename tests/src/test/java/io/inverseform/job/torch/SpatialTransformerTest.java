package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        .check(x -> Operators.gridSample(x.get(0), x.get(1), alignCorners));
  }

  @Test
  void scaleGridHasItsGradient() {
    new GradientCheck().input(2, 3, 3, 2).check(x -> Operators.scaleGrid(x.get(0), 0.5, -2));
  }

  @Test
  void warpHasItsGradients() {
    new GradientCheck()
        .input(2, 1, 5, 7)
        .input(2, 6)
        .check(x -> SpatialTransformer.warp(x.get(0), x.get(1)));
  }

  @Test
  void windowHasItsGradients() {
    new GradientCheck()
        .input(1, 2, 6, 10)
        .input(1, 6)
        .check(x -> SpatialTransformer.window(x.get(0), x.get(1), 4, 6));
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
