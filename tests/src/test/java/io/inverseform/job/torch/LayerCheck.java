package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compares a layer's backward pass on a training tape with central differences, in float64: the
 * derivatives of a random combination of its outputs along random directions in each parameter and
 * each input. The batch may be spread over workers.
 */
public final class LayerCheck {
  /**
   * So short that hardly a direction moves one of some 10^4 pre-activations of density 0.4 across
   * ReLU's kink (one in a thousand); the outputs' combination is of order 1, so that rounding makes
   * 10^-16 / STEP, 10^-9, of it.
   */
  private static final double STEP = 1e-7;

  /** Relative above 1, absolute below: some derivatives are exactly 0. */
  private static final double TOLERANCE = 1e-6;

  private static final int DIRECTIONS = 2;
  private static final String INPUT = "input ";

  /** No channel is dropped twice alike: masks are keyed by the layer's name. */
  private static final ChannelMasks MASKS =
      (layer, samples, channels, probability) -> {
        KeyedRandom random = new KeyedRandom(KeyedRandom.hash(layer));
        float[] factors = new float[samples * channels];
        for (int i = 0; i < factors.length; i++) {
          factors[i] = random.nextDouble() < probability ? 0 : (float) (1 / (1 - probability));
        }
        return factors;
      };

  private final Supplier<? extends Layer> layers;
  private final RandomParameters parameters;
  private final List<Shape> shapes = new ArrayList<>();
  private final List<double[]> inputs = new ArrayList<>();
  private int[] parts;

  /** Of a layer that the supplier makes anew for every pass. */
  public LayerCheck(Supplier<? extends Layer> layers) {
    this.layers = layers;
    parameters = new RandomParameters(layers.get(), 1);
    Torch.start(1);
  }

  /** Adds an input of standard normal values. */
  public LayerCheck input(long... shape) {
    Shape added = new Shape(shape);
    inputs.add(RandomParameters.gaussian(new KeyedRandom(7, shapes.size()), added));
    shapes.add(added);
    return this;
  }

  /** Samples of each worker; without it, one worker has all. */
  public LayerCheck parts(int... samples) {
    parts = samples;
    return this;
  }

  /** What one worker's pass came to. */
  private record Pass(double value, Map<String, double[]> gradients) {}

  /** Fails unless all derivatives are right. */
  public void check() throws Exception {
    if (parts == null) {
      parts = new int[] {Math.toIntExact(shapes.get(0).get(0))};
    }
    Pass pass = run(true);
    Map<String, double[]> trained = new LinkedHashMap<>();
    layers
        .get()
        .declared("")
        .forEach(
            (name, declared) -> {
              if (declared.trained()) {
                trained.put(name, parameters.values().get(name));
              }
            });
    for (int i = 0; i < inputs.size(); i++) {
      trained.put(INPUT + i, inputs.get(i));
    }
    assertThat(pass.gradients().keySet()).containsExactlyInAnyOrderElementsOf(trained.keySet());
    for (Map.Entry<String, double[]> tensor : trained.entrySet()) {
      check(tensor.getKey(), tensor.getValue(), pass.gradients().get(tensor.getKey()));
    }
  }

  private void check(String name, double[] values, double[] gradient) throws Exception {
    assertThat(gradient).as(name).hasSameSizeAs(values);
    for (int k = 0; k < DIRECTIONS; k++) {
      KeyedRandom random = new KeyedRandom(13, KeyedRandom.hash(name), k);
      double[] direction = RandomParameters.gaussian(random, new Shape(values.length));
      double derivative = 0;
      for (int i = 0; i < direction.length; i++) {
        direction[i] /= Math.sqrt(direction.length);
        derivative += direction[i] * gradient[i];
      }
      double[] middle = values.clone();
      move(values, middle, direction, STEP);
      double above = run(false).value();
      move(values, middle, direction, -STEP);
      double difference = (above - run(false).value()) / (2 * STEP);
      move(values, middle, direction, 0);
      assertThat(Math.abs(derivative - difference))
          .as("%s along direction %d: %s, by differences %s", name, k, derivative, difference)
          .isLessThan(TOLERANCE * Math.max(1, Math.abs(difference)));
    }
  }

  private static void move(double[] values, double[] middle, double[] direction, double step) {
    for (int i = 0; i < values.length; i++) {
      values[i] = middle[i] + step * direction[i];
    }
  }

  /** All workers' passes: the sum of values and gradients, the inputs' ones side by side. */
  private Pass run(boolean backward) throws Exception {
    List<Pass> passes =
        WorkersInMemory.run(
                parts.length,
                (rank, group) -> {
                  try (NDManager manager = Torch.manager(TestDevice.get())) {
                    return pass(manager, rank, group, backward);
                  }
                })
            .results();
    double value = 0;
    Map<String, double[]> gradients = new LinkedHashMap<>();
    for (Pass pass : passes) {
      value += pass.value();
      pass.gradients().forEach((name, own) -> gradients.merge(name, own, LayerCheck::joined));
    }
    return new Pass(value, gradients);
  }

  private static double[] joined(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private Pass pass(NDManager manager, int rank, Group group, boolean backward) {
    Layer layer = layers.get();
    parameters.bind(manager, layer, DataType.FLOAT64);
    Map<String, double[]> gradients = new LinkedHashMap<>();
    List<Differentiable> leaves = new ArrayList<>();
    try (Tape tape =
        Tape.training(manager, RandomParameters.collector(layer, gradients), MASKS, group)) {
      NDList x = new NDList();
      for (int i = 0; i < inputs.size(); i++) {
        leaves.add(new Differentiable(part(manager.create(inputs.get(i), shapes.get(i)), rank)));
        // The layer owns its input, the check the leaf.
        x.add(Operators.scale(leaves.get(i).leaf(), 1));
      }
      NDList y = layer.forward(tape, x);
      NDArray sum = combination(manager, y, rank);
      double value = sum.getDouble();
      if (backward) {
        tape.backward(sum);
        for (int i = 0; i < leaves.size(); i++) {
          gradients.put(INPUT + i, whole(leaves.get(i), shapes.get(i), rank));
        }
      }
      return new Pass(value, gradients);
    }
  }

  private NDArray part(NDArray whole, int rank) {
    int from = Arrays.stream(parts, 0, rank).sum();
    int all = Arrays.stream(parts).sum();
    long rows = whole.getShape().get(0) / all;
    return whole.get("{}:{}", from * rows, (from + parts[rank]) * rows).duplicate();
  }

  /** A part's gradient among zeros for the others. */
  private double[] whole(Differentiable leaf, Shape shape, int rank) {
    double[] own = leaf.gradients();
    double[] gradient = new double[Math.toIntExact(shape.size())];
    int all = Arrays.stream(parts).sum();
    int from = gradient.length / all * Arrays.stream(parts, 0, rank).sum();
    System.arraycopy(own, 0, gradient, from, own.length);
    return gradient;
  }

  /** Random weights, so that the combination is of order 1. */
  private NDArray combination(NDManager manager, NDList y, int rank) {
    NDArray sum = manager.create(0.0);
    for (int k = 0; k < y.size(); k++) {
      Shape shape = y.get(k).getShape();
      KeyedRandom random = new KeyedRandom(11, rank, k);
      double[] weights = RandomParameters.gaussian(random, shape);
      double norm = Math.sqrt(weights.length);
      Arrays.setAll(weights, i -> weights[i] / norm);
      sum = sum.add(y.get(k).mul(manager.create(weights, shape)).sum());
    }
    return sum;
  }
}
