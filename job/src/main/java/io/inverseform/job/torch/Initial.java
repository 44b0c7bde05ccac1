package io.inverseform.job.torch;

import ai.djl.ndarray.types.Shape;
import io.inverseform.udf.random.KeyedRandom;

/** How a parameter's values are drawn. */
@FunctionalInterface
public interface Initial {
  /** Draws all values of a parameter of the given shape. */
  float[] draw(Shape shape, KeyedRandom random);

  /** The same value everywhere. */
  static Initial constant(float value) {
    return (shape, random) -> {
      float[] values = new float[Math.toIntExact(shape.size())];
      java.util.Arrays.fill(values, value);
      return values;
    };
  }

  /** Normal distribution around 0. */
  static Initial normal(double std) {
    return (shape, random) -> {
      float[] values = new float[Math.toIntExact(shape.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (std * random.nextGaussian());
      }
      return values;
    };
  }

  /**
   * Normal distribution of variance 2 / fan-out (He et al., "Delving Deep into Rectifiers", 2015),
   * for weights (K, C, kernel, kernel) or (K, C).
   */
  static Initial kaimingFanOut() {
    return (shape, random) ->
        normal(Math.sqrt(2.0 * shape.get(1) / shape.size())).draw(shape, random);
  }
}
