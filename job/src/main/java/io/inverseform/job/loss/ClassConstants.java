package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.Operators;
import java.util.Arrays;
import java.util.List;

/** One constant a class, looked up by the labels of pixels. */
final class ClassConstants {
  private final double[] values;

  private ClassConstants(double[] values) {
    this.values = values;
  }

  /**
   * The configured weights of classes.
   *
   * @param term that they are of, for the error
   * @param weights one a class; none for 1 everywhere
   * @throws ConfigException if there are more or fewer than classes
   */
  static ClassConstants weights(String term, List<Double> weights, int classes) {
    if (!weights.isEmpty() && weights.size() != classes) {
      throw new ConfigException(
          "loss.terms: term %s has %d class_weights, %s, and the network %d classes: give one a class"
              .formatted(term, weights.size(), weights, classes));
    }
    double[] values = new double[classes];
    Arrays.setAll(values, i -> weights.isEmpty() ? 1 : weights.get(i));
    return new ClassConstants(values);
  }

  /** 0 for one train id, as it is but for that. */
  ClassConstants without(int trainId) {
    double[] others = values.clone();
    if (trainId < others.length) {
      others[trainId] = 0;
    }
    return new ClassConstants(others);
  }

  /** Whether a class counts: 1, and 0 for that train id. */
  static ClassConstants allBut(int trainId, int classes) {
    double[] ones = new double[classes];
    Arrays.fill(ones, 1);
    return new ClassConstants(ones).without(trainId);
  }

  double[] values() {
    return values.clone();
  }

  /**
   * The constant of each pixel's class, 0 where the label is none.
   *
   * @param target (N, H, W), int64
   * @return (N, H, W), float32
   */
  NDArray of(NDArray target) {
    NDArray row = LossOperators.constants(target, values).reshape(1, values.length);
    NDArray rows = row.broadcast(new Shape(target.getShape().get(0), values.length));
    return Operators.pick(rows, target);
  }
}
