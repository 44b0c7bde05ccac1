package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A float32 vector on a device and in host memory. On the CPU both are the same memory, and moving
 * between them does nothing.
 */
public final class FlatVector {
  private final NDArray array;
  private final ByteBuffer bytes;
  private final FloatBuffer host;
  private final boolean shared;
  private NDArray saved;

  /** Zeros. */
  FlatVector(NDManager manager, int length) {
    // PyTorch has no memory for no elements.
    this(manager.zeros(new Shape(Math.max(length, 1)), DataType.FLOAT32), length);
  }

  /**
   * Memory that holds anything, and of which the host's system has given none before it is written.
   */
  static FlatVector untouched(NDManager manager, int length) {
    return new FlatVector(manager.create(new Shape(length), DataType.FLOAT32), length);
  }

  /**
   * @return the length
   * @throws ConfigException for more floats than Java's buffers address
   */
  static int requireRoom(String what, long floats) {
    long most = Integer.MAX_VALUE / Float.BYTES;
    if (floats > most) {
      throw new ConfigException(
          "the network's %s take %d floats, at most %d fit into a vector: make it narrower"
              .formatted(what, floats, most));
    }
    return (int) floats;
  }

  private FlatVector(NDArray array, int length) {
    this.array = array;
    NDManager manager = array.getManager();
    shared = Devices.sharesMemory(manager);
    bytes =
        shared
            ? array.toByteBuffer(true).order(ByteOrder.nativeOrder())
            : ByteBuffer.allocateDirect(Math.multiplyExact(Math.max(length, 1), Float.BYTES))
                .order(ByteOrder.nativeOrder());
    host = bytes.asFloatBuffer();
  }

  /** The whole vector on the device. */
  NDArray array() {
    return array;
  }

  /** A view of a range, of the given shape. */
  NDArray view(int offset, Shape shape) {
    try (NDArray slice = slice(offset, Math.toIntExact(shape.size()))) {
      return slice.reshape(shape);
    }
  }

  private NDArray slice(int offset, int length) {
    return array.get(new NDIndex("{}:{}", offset, offset + length));
  }

  /** The host's memory, position 0, native byte order; valid while the vector lives. */
  public FloatBuffer host() {
    return host.duplicate();
  }

  /** The same memory as bytes. */
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.nativeOrder());
  }

  /** Number of elements. */
  public int length() {
    return host.capacity();
  }

  /** Whether the device's memory is another than the host's. */
  public boolean onDevice() {
    return !shared;
  }

  /** Waits until the device has done all that it was told to do before. */
  public void await() {
    if (!shared) {
      try (NDArray first = slice(0, 1)) {
        first.toFloatArray();
      }
    }
  }

  /** Makes the host's memory show all that the device holds. */
  public void toHost() {
    toHost(0, length());
  }

  /** Makes the device hold all that the host's memory shows. */
  public void toDevice() {
    toDevice(0, length());
  }

  /** Copies all that the device holds. */
  public void read(float[] into) {
    toHost();
    host().get(into);
  }

  /** Makes host and device hold values. */
  public void write(float[] from) {
    host().put(from);
    toDevice();
  }

  void close() {
    array.close();
  }

  /** Euclidean norm of all elements on the device; waits for it. */
  public double norm() {
    try (NDArray norm = Operators.norm(array)) {
      return norm.getFloat();
    }
  }

  /** Keeps a copy of what the device holds, on the device. */
  public void save() {
    if (saved == null) {
      saved = array.duplicate();
    } else {
      Operators.copy(saved, array);
    }
  }

  /**
   * Puts back what was kept last, bit by bit.
   *
   * @throws IllegalStateException if nothing was
   */
  public void putBack() {
    if (saved == null) {
      throw new IllegalStateException("no copy of this vector was kept");
    }
    Operators.copy(array, saved);
  }

  /** Makes the host's memory show what the device holds in a range. */
  public void toHost(int offset, int length) {
    if (!shared) {
      try (NDArray slice = slice(offset, length)) {
        host.duplicate().position(offset).put(slice.toByteBuffer().asFloatBuffer());
      }
    }
  }

  /** Makes the device hold what the host's memory shows in a range. */
  public void toDevice(int offset, int length) {
    if (!shared) {
      float[] values = new float[length];
      host.duplicate().position(offset).get(values);
      try (NDArray slice = slice(offset, length);
          NDArray source = array.getManager().create(values)) {
        Operators.copy(slice, source);
      }
    }
  }
}
