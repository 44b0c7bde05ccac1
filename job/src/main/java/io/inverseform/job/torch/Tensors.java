package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
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
    if (Devices.sharesMemory(manager)) {
      NDArray array = manager.create(shape, DataType.FLOAT32);
      memory(array).put(values);
      return array;
    }
    return copied(manager.create(values, shape));
  }

  /** What DJL makes of Java's memory may be freed while autograd still reads it. */
  private static NDArray copied(NDArray ofJava) {
    try (ofJava) {
      return ofJava.duplicate();
    }
  }

  /** A tensor of the given values, row-major, as float32 or float64. */
  public static NDArray of(NDManager manager, double[] values, Shape shape, DataType type) {
    if (type == DataType.FLOAT64) {
      return copied(manager.create(values, shape));
    }
    float[] rounded = new float[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) values[i];
    }
    return of(manager, rounded, shape);
  }

  /** The values of a float32 or float64 tensor, row-major. */
  static double[] doubles(NDArray array) {
    if (array.getDataType() == DataType.FLOAT64) {
      return array.toDoubleArray();
    }
    float[] values = array.toFloatArray();
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  /** An int64 tensor of unsigned bytes, row-major: labels. */
  public static NDArray labels(NDManager manager, byte[] values, Shape shape) {
    try (NDArray bytes = manager.create(java.nio.ByteBuffer.wrap(values), shape, DataType.UINT8)) {
      return bytes.toType(DataType.INT64, false);
    }
  }

  /** Replaces a float32 tensor's values where they are, on any device, whatever its history. */
  public static void write(NDArray array, FloatBuffer values) {
    if (values.remaining() != array.size()) {
      throw new IllegalArgumentException(
          values.remaining() + " values do not fill a tensor of shape " + array.getShape());
    }
    float[] all = new float[values.remaining()];
    values.duplicate().get(all);
    boolean mode = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try (NDArray source = of(array.getManager(), all, array.getShape())) {
      Operators.copy(array, source);
    } finally {
      JniUtils.setGradMode(mode);
    }
  }

  /** Fills a tensor's gradient with zeros: otherwise backward passes add to it. */
  public static void clearGradient(NDArray array) {
    JniUtils.zeroGrad((PtNDArray) array);
  }

  /** Views the memory of a contiguous float32 tensor on the CPU; valid while the tensor lives. */
  static FloatBuffer memory(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
