package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.inverseform.udf.random.KeyedRandom;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Random values for a layer's parameters and buffers, none of them special, as float32 or 64. */
public final class RandomParameters {
  private final Map<String, double[]> values = new LinkedHashMap<>();

  /** Draws values for a layer of that shape. */
  public RandomParameters(Layer layer, long seed) {
    layer
        .declared("")
        .forEach(
            (name, declared) -> {
              KeyedRandom random = new KeyedRandom(seed, KeyedRandom.hash(name));
              Shape shape = declared.shape();
              double[] drawn = gaussian(random, shape);
              for (int i = 0; i < drawn.length; i++) {
                drawn[i] =
                    switch (declared.parameter().getType()) {
                      case WEIGHT -> drawn[i] * Math.sqrt(2.0 * shape.get(0) / drawn.length);
                      case GAMMA, RUNNING_VAR -> 0.5 + Math.abs(drawn[i]);
                      default -> 0.3 * drawn[i];
                    };
              }
              values.put(name, single(drawn));
            });
  }

  /** A tensor of the values, as float32 or float64, in memory of PyTorch's. */
  public static NDArray tensor(NDManager manager, double[] values, Shape shape, DataType type) {
    return Tensors.of(manager, values, shape, type);
  }

  /** Standard normal values that float32 holds as they are: both types compute with the same. */
  public static double[] gaussian(KeyedRandom random, Shape shape) {
    double[] drawn = new double[Math.toIntExact(shape.size())];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = random.nextGaussian();
    }
    return single(drawn);
  }

  private static double[] single(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
    return values;
  }

  /** By name; may be written. */
  public Map<String, double[]> values() {
    return values;
  }

  /** Gives the values to a layer of that shape. */
  public void bind(NDManager manager, Layer layer, DataType type) {
    layer
        .declared("")
        .forEach(
            (name, declared) -> {
              NDArray array = Tensors.of(manager, values.get(name), declared.shape(), type);
              declared.parameter().setArray(array);
            });
  }

  /** What the layer's buffers hold now. */
  public static Map<String, double[]> buffers(Layer layer) {
    Map<String, double[]> buffers = new LinkedHashMap<>();
    layer
        .declared("")
        .forEach(
            (name, declared) -> {
              if (!declared.trained()) {
                buffers.put(name, Tensors.doubles(declared.parameter().getArray()));
              }
            });
    return buffers;
  }

  /** Collects gradients by name; none where the loss does not depend on a parameter. */
  public static Gradients collector(Layer layer, Map<String, double[]> gradients) {
    Map<Parameter, String> names = new IdentityHashMap<>();
    layer.named().forEach((name, parameter) -> names.put(parameter, name));
    return (parameter, gradient) -> {
      if (gradient != null
          && gradients.put(names.get(parameter), Tensors.doubles(gradient.duplicate())) != null) {
        throw new IllegalStateException(names.get(parameter) + " is final twice");
      }
    };
  }
}
