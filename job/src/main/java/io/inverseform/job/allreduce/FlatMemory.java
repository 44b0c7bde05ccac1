package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A worker's two flat vectors as host memory: all weights and all gradients, fp32, in the same
 * order. On the CPU this is the tensors' own memory: the exchange sends gradients straight from it
 * and writes other ranks' new weights straight into it.
 */
public final class FlatMemory {
  private final ByteBuffer weightBytes;
  private final ByteBuffer gradientBytes;
  private final FloatBuffer weights;
  private final FloatBuffer gradient;

  private FlatMemory(ByteBuffer weights, ByteBuffer gradient) {
    this.weightBytes = weights.duplicate().clear().order(ByteOrder.nativeOrder());
    this.gradientBytes = gradient.duplicate().clear().order(ByteOrder.nativeOrder());
    this.weights = weightBytes.asFloatBuffer();
    this.gradient = gradientBytes.asFloatBuffer();
  }

  /**
   * Wraps two direct buffers of equal capacity, from position 0 to capacity.
   *
   * @throws IllegalArgumentException if one is not direct, is read-only, or their capacities differ
   *     or are no multiple of 4 bytes
   */
  public static FlatMemory of(ByteBuffer weights, ByteBuffer gradient) {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalStateException(
          "floats travel little-endian, this host is " + ByteOrder.nativeOrder());
    }
    require(weights, "weights");
    require(gradient, "gradient");
    if (weights.capacity() != gradient.capacity()) {
      throw new IllegalArgumentException(
          "weights hold "
              + weights.capacity()
              + " bytes, the gradient holds "
              + gradient.capacity());
    }
    return new FlatMemory(weights, gradient);
  }

  /**
   * New zeroed vectors outside the heap.
   *
   * @param length floats of each
   */
  public static FlatMemory allocate(int length) {
    int bytes = Math.multiplyExact(length, Float.BYTES);
    return of(ByteBuffer.allocateDirect(bytes), ByteBuffer.allocateDirect(bytes));
  }

  private static void require(ByteBuffer buffer, String name) {
    if (!buffer.isDirect() || buffer.isReadOnly() || buffer.capacity() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          name + " must be a writable direct buffer of whole floats, but is " + buffer);
    }
  }

  /** Floats of each vector. */
  public int length() {
    return weights.capacity();
  }

  FloatRange whole() {
    return new FloatRange(0, length());
  }

  /** All weights; a view with its own position. */
  public FloatBuffer weights() {
    return weights.duplicate();
  }

  /** The whole gradient; a view with its own position. */
  public FloatBuffer gradient() {
    return gradient.duplicate();
  }

  ByteBuffer weightBytes(FloatRange range) {
    return weightBytes.slice(range.offset() * Float.BYTES, range.length() * Float.BYTES);
  }

  ByteBuffer gradientBytes(FloatRange range) {
    return gradientBytes.slice(range.offset() * Float.BYTES, range.length() * Float.BYTES);
  }

  void readGradient(int offset, int length, float[] into) {
    gradient.get(offset, into, 0, length);
  }

  void writeGradient(int offset, int length, float[] from) {
    gradient.put(offset, from, 0, length);
  }

  void readWeights(int offset, int length, float[] into, int index) {
    weights.get(offset, into, index, length);
  }

  void writeWeights(int offset, int length, float[] from, int index) {
    weights.put(offset, from, index, length);
  }
}
