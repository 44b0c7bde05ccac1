package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * Order in memory of the weights of convolutions, (K, C, height, width), whose kernel has more than
 * one pixel: channels last, as activations have them. In PyTorch's own order each pass would copy
 * the weights and their gradients from one order to the other.
 */
final class KernelOrder {
  private KernelOrder() {}

  private static boolean isKernel(Shape shape) {
    return shape.dimension() == 4 && shape.get(1) > 1 && pixels(shape) > 1;
  }

  private static int pixels(Shape shape) {
    return Math.toIntExact(shape.get(2) * shape.get(3));
  }

  /** A view of a range of a vector, of the given shape. */
  static NDArray view(FlatVector vector, int offset, Shape shape) {
    if (!isKernel(shape)) {
      return vector.view(offset, shape);
    }
    Shape rows = new Shape(shape.get(0), shape.get(2), shape.get(3), shape.get(1));
    try (NDArray channelsLast = vector.view(offset, rows)) {
      return channelsLast.transpose(0, 3, 1, 2);
    }
  }

  /** Brings a parameter's values from PyTorch's order to that of memory, where they are. */
  static void toMemory(FloatBuffer values, Shape shape) {
    if (isKernel(shape)) {
      transposeFilters(values, values, Math.toIntExact(shape.get(1)), pixels(shape));
    }
  }

  /** A copy of a parameter's values in PyTorch's order. */
  static float[] fromMemory(FloatBuffer values, Shape shape) {
    float[] copy = new float[values.remaining()];
    if (isKernel(shape)) {
      int channels = Math.toIntExact(shape.get(1));
      transposeFilters(values, FloatBuffer.wrap(copy), pixels(shape), channels);
    } else {
      values.duplicate().get(copy);
    }
    return copy;
  }

  /** Transposes each filter's matrix; a filter takes the same range in both orders. */
  private static void transposeFilters(FloatBuffer from, FloatBuffer to, int rows, int columns) {
    float[] filter = new float[rows * columns];
    float[] transposed = new float[filter.length];
    for (int begin = 0; begin < from.remaining(); begin += filter.length) {
      from.get(begin, filter);
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          transposed[column * rows + row] = filter[row * columns + column];
        }
      }
      to.put(begin, transposed);
    }
  }
}
