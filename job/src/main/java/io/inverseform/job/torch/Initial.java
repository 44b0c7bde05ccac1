package io.inverseform.job.torch;

import ai.djl.ndarray.types.Shape;
import io.inverseform.udf.random.KeyedRandom;
import java.nio.FloatBuffer;

/** How a parameter's values are drawn. */
@FunctionalInterface
public interface Initial {
  /**
   * Draws all values of a parameter.
   *
   * @param values receives them, as many as the shape has, at its position
   */
  void draw(FloatBuffer values, Shape shape, KeyedRandom random);

  /** The same value everywhere. */
  static Initial constant(float value) {
    return (values, shape, random) -> {
      for (long i = shape.size(); i > 0; i--) {
        values.put(value);
      }
    };
  }

  /** Normal distribution around 0. */
  static Initial normal(double std) {
    return (values, shape, random) -> {
      for (long i = shape.size(); i > 0; i--) {
        values.put((float) (std * random.nextGaussian()));
      }
    };
  }

  /** Uniform distribution around 0. */
  static Initial uniform(double bound) {
    return (values, shape, random) -> {
      for (long i = shape.size(); i > 0; i--) {
        values.put((float) (bound * (2 * random.nextFloat() - 1)));
      }
    };
  }

  /**
   * Normal distribution of variance 2 / fan-out (He et al., "Delving Deep into Rectifiers", 2015),
   * for weights (K, C, kernel, kernel) or (K, C).
   */
  static Initial kaimingFanOut() {
    return (values, shape, random) ->
        normal(Math.sqrt(2.0 * shape.get(1) / shape.size())).draw(values, shape, random);
  }
}
