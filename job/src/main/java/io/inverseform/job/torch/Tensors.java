package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Moves values between Java and tensors without leaving direct memory to the collector. */
public final class Tensors {
  private Tensors() {}

  /** A float32 tensor of the given values, row-major. */
  public static NDArray of(NDManager manager, float[] values, Shape shape) {
    if (shape.size() != values.length) {
      throw new IllegalArgumentException(
          values.length + " values do not fill a tensor of shape " + shape);
    }
    if (!manager.getDevice().isGpu()) {
      NDArray array = manager.create(shape, DataType.FLOAT32);
      memory(array).put(values);
      return array;
    }
    return manager.create(values, shape);
  }

  /** An int64 tensor of unsigned bytes, row-major: labels. */
  public static NDArray labels(NDManager manager, byte[] values, Shape shape) {
    try (NDArray bytes = manager.create(java.nio.ByteBuffer.wrap(values), shape, DataType.UINT8)) {
      return bytes.toType(DataType.INT64, false);
    }
  }

  /** Views the memory of a contiguous float32 tensor on the CPU; valid while the tensor lives. */
  static FloatBuffer memory(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
