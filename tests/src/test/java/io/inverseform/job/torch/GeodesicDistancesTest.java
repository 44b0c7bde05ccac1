package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.udf.random.KeyedRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The distance where a singular value decomposition has no gradient, and where none is expected.
 */
class GeodesicDistancesTest {
  private static final double WEIGHT = 0.1;
  private static final double STEP = 1e-5;

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

  /** A value and the gradient of the offsets. */
  private record Outcome(double value, double[] gradient) {}

  private Outcome at(double[] offsets, double epsilon) {
    Differentiable free = new Differentiable(manager.create(offsets, new Shape(1, 8)));
    NDArray distance = LossOperators.geodesicDistances(free.leaf(), WEIGHT, epsilon);
    Differentiable.backward(distance.sum());
    return new Outcome(distance.toDoubleArray()[0], free.gradients());
  }

  private double[] differences(double[] offsets, double epsilon) {
    double[] differences = new double[offsets.length];
    for (int i = 0; i < offsets.length; i++) {
      double[] above = offsets.clone();
      double[] below = offsets.clone();
      above[i] += STEP;
      below[i] -= STEP;
      differences[i] = (at(above, epsilon).value() - at(below, epsilon).value()) / (2 * STEP);
    }
    return differences;
  }

  /** Theta - I of a turn in the plane, then a factor on both axes. */
  private static double[] turned(double angle, double factor) {
    double cos = factor * Math.cos(angle);
    double sin = factor * Math.sin(angle);
    return new double[] {cos - 1, -sin, 0, sin, cos - 1, 0, 0, 0};
  }

  static Stream<Arguments> places() {
    return Stream.of(
        Arguments.of("identity", turned(0, 1), 0.0),
        Arguments.of("uniform scale up", turned(0, 1.3), 0.2 * 0.3 * 0.3),
        Arguments.of("uniform scale down", turned(0, 0.6), 0.2 * 0.4 * 0.4),
        Arguments.of("rotation", turned(0.4, 1), 0.4),
        Arguments.of("rotation back", turned(-2, 1), 2.0),
        Arguments.of("rotation and scale", turned(0.4, 1.3), 0.4 + 0.2 * 0.3 * 0.3),
        // Angle and rest of a shift are those of its nearest rotation, which no plane holds.
        Arguments.of("shift", new double[] {0, 0, 0.2, 0, 0, -0.1, 0, 0}, Double.NaN),
        Arguments.of(
            "any", new double[] {0.1, -0.2, 0.3, 0.15, 0.2, -0.1, 0.05, -0.1}, Double.NaN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("places")
  void valueAndGradientAreRight(String name, double[] offsets, double expected) {
    for (double epsilon : new double[] {0, 0.02}) {
      Outcome outcome = at(offsets, epsilon);
      if (epsilon == 0 && !Double.isNaN(expected)) {
        assertThat(outcome.value()).isCloseTo(expected, offset(1e-12));
      }
      double[] slopes = differences(offsets, epsilon);
      for (int i = 0; i < slopes.length; i++) {
        assertThat(outcome.gradient()[i]).as("of number %d", i).isCloseTo(slopes[i], offset(1e-7));
      }
    }
  }

  @Test
  void alongARotationTheSlopeIsOne() {
    double angle = 0.7;
    double[] gradient = at(turned(angle, 1), 0).gradient();
    double sin = Math.sin(angle);
    double cos = Math.cos(angle);
    double slope = -sin * gradient[0] - cos * gradient[1] + cos * gradient[3] - sin * gradient[4];
    assertThat(slope).isCloseTo(1, offset(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.02})
  void theIdentityCostsExactlyNothing(double epsilon) {
    NDArray zeros = manager.zeros(new Shape(3, 8));
    Differentiable free = new Differentiable(zeros);
    NDArray distances = LossOperators.geodesicDistances(free.leaf(), WEIGHT, epsilon);
    Differentiable.backward(distances.sum());
    assertThat(distances.toFloatArray()).containsOnly(0);
    assertThat(free.gradient()).containsOnly(0);
  }

  @Test
  void anyMapsAreFiniteAlsoThoseThatMirrorOrAreSingular() {
    KeyedRandom random = new KeyedRandom(5);
    int maps = 400;
    float[] values = new float[maps * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (Math.pow(10, i / 8 % 8 - 3) * random.nextGaussian());
    }
    // All zeros but the last, and a mirror.
    float[][] special = {{-1, 0, 0, 0, -1, 0, 0, 0}, {-2, 0, 0, 0, 0, 0, 0, 0}};
    for (int i = 0; i < special.length; i++) {
      System.arraycopy(special[i], 0, values, i * 8, 8);
    }
    Differentiable free = new Differentiable(manager.create(values, new Shape(maps, 8)));
    NDArray distances = LossOperators.geodesicDistances(free.leaf(), WEIGHT, 0);
    Differentiable.backward(distances.sum());
    assertThat(distances.getDataType()).isEqualTo(DataType.FLOAT32);
    for (float value : distances.toFloatArray()) {
      assertThat(value).isFinite().isNotNegative();
    }
    for (float value : free.gradient()) {
      assertThat(value).isFinite();
    }
    assertThat(distances.getFloat(1)).isCloseTo((float) (Math.PI + 0.4), offset(1e-5f));
  }
}
