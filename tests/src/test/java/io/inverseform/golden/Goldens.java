package io.inverseform.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.torch.Tensors;
import java.util.Arrays;

/** Golden arrays as tensors, and the distance from them. */
public final class Goldens {
  private Goldens() {}

  /** A golden float array as a float32 tensor. */
  public static NDArray tensor(NDManager manager, Npz.Array array) {
    return Tensors.of(manager, array.floats(), shape(array));
  }

  /** A golden integer array as an int64 tensor. */
  public static NDArray labels(NDManager manager, Npz.Array array) {
    try (NDArray ints = manager.create(array.ints(), shape(array))) {
      return ints.toType(DataType.INT64, false);
    }
  }

  private static Shape shape(Npz.Array array) {
    return new Shape(Arrays.stream(array.shape()).asLongStream().toArray());
  }

  /** Relative L2 distance: norm(actual - expected) / norm(expected). */
  public static double relativeL2(float[] actual, float[] expected) {
    return l2(actual, expected) / l2(expected);
  }

  /** L2 distance. */
  public static double l2(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      throw new IllegalArgumentException(actual.length + " values beside " + expected.length);
    }
    double sum = 0;
    for (int i = 0; i < actual.length; i++) {
      sum += Math.pow(actual[i] - (double) expected[i], 2);
    }
    return Math.sqrt(sum);
  }

  /** L2 norm. */
  public static double l2(float[] values) {
    return l2(values, new float[values.length]);
  }
}
