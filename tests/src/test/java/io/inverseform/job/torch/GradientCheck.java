package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Compares autograd with central differences, in float64. */
public final class GradientCheck {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-7;

  private final List<Shape> shapes = new ArrayList<>();
  private final List<double[]> values = new ArrayList<>();

  /** Adds an input of standard normal values, kept away from 0, where ReLU has no derivative. */
  public GradientCheck input(long... shape) {
    KeyedRandom random = new KeyedRandom(7, values.size());
    double[] drawn = new double[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < drawn.length; i++) {
      double value = random.nextGaussian();
      drawn[i] = value + Math.copySign(0.01, value);
    }
    shapes.add(new Shape(shape));
    values.add(drawn);
    return this;
  }

  /** Fails unless every derivative of a weighted sum of the function's values is right. */
  public void check(Function<List<NDArray>, NDArray> function) {
    List<double[]> gradients = new ArrayList<>();
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      List<Differentiable> leaves = new ArrayList<>();
      for (int k = 0; k < values.size(); k++) {
        leaves.add(new Differentiable(manager.create(values.get(k), shapes.get(k))));
      }
      NDArray y = function.apply(leaves.stream().map(Differentiable::leaf).toList());
      Differentiable.backward(y.mul(cotangent(manager, y.getShape())).sum());
      for (Differentiable leaf : leaves) {
        assertThat(leaf.hasGradient()).isTrue();
        gradients.add(leaf.gradients());
      }
    }
    for (int k = 0; k < values.size(); k++) {
      double[] expected = differences(function, k);
      for (int i = 0; i < expected.length; i++) {
        assertThat(Math.abs(gradients.get(k)[i] - expected[i]))
            .as("derivative %d of input %d: %s", i, k, expected[i])
            .isLessThan(TOLERANCE * (1 + Math.abs(expected[i])));
      }
    }
  }

  private double[] differences(Function<List<NDArray>, NDArray> function, int k) {
    double[] at = values.get(k);
    double[] differences = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double middle = at[i];
      at[i] = middle + STEP;
      double above = value(function);
      at[i] = middle - STEP;
      differences[i] = (above - value(function)) / (2 * STEP);
      at[i] = middle;
    }
    return differences;
  }

  private double value(Function<List<NDArray>, NDArray> function) {
    JniUtils.setGradMode(false);
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      List<NDArray> inputs = new ArrayList<>();
      for (int k = 0; k < values.size(); k++) {
        inputs.add(manager.create(values.get(k), shapes.get(k)));
      }
      NDArray y = function.apply(inputs);
      return y.mul(cotangent(manager, y.getShape())).sum().getDouble();
    } finally {
      JniUtils.setGradMode(true);
    }
  }

  private static NDArray cotangent(NDManager manager, Shape shape) {
    KeyedRandom random = new KeyedRandom(11);
    double[] drawn = new double[Math.toIntExact(shape.size())];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = random.nextDouble(0.5, 1.5);
    }
    return manager.create(drawn, shape);
  }
}
