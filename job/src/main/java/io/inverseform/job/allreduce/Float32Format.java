package io.inverseform.job.allreduce;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Floats as they are, little-endian: sent from the worker's memory, and weights are received into
 * it.
 */
final class Float32Format implements WireFormat {
  private final FlatMemory memory;

  Float32Format(FlatMemory memory) {
    this.memory = memory;
  }

  @Override
  public int block() {
    return 1;
  }

  @Override
  public FrameHeader.Kind gradients() {
    return FrameHeader.Kind.GRADIENT;
  }

  @Override
  public FrameHeader.Kind weights() {
    return FrameHeader.Kind.WEIGHTS;
  }

  @Override
  public ByteBuffer gradient(FloatRange range) {
    return memory.gradientBytes(range);
  }

  @Override
  public Slot slot(int length) {
    return new Bytes(length);
  }

  @Override
  public void update(FloatRange block, float[] summedGradient, RangeUpdate update) {
    update.apply(block, summedGradient, 0);
  }

  @Override
  public ByteBuffer updated(FloatRange range) {
    return memory.weightBytes(range);
  }

  @Override
  public ByteBuffer place(FloatRange range) {
    return memory.weightBytes(range);
  }

  @Override
  public void settle(FloatRange range) {}

  @Override
  public void drop() {}

  /** Plain bytes: a stream comes in pieces of any alignment; summed at the speed of floats. */
  private static final class Bytes implements Slot {
    private static final VarHandle FLOAT =
        MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final FloatBuffer floats;

    Bytes(int length) {
      bytes = new byte[Math.multiplyExact(length, Float.BYTES)];
      floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    @Override
    public ByteBuffer place(int offset, int length) {
      return ByteBuffer.wrap(bytes, offset * Float.BYTES, length * Float.BYTES);
    }

    @Override
    public void read(int offset, float[] into, int length) {
      floats.get(offset, into, 0, length);
    }

    @Override
    public void add(int offset, float[] into, int length) {
      add(bytes, offset * Float.BYTES, into, length);
    }

    private static void add(byte[] bytes, int from, float[] into, int length) {
      for (int i = 0; i < length; i++) {
        into[i] += (float) FLOAT.get(bytes, from + i * Float.BYTES);
      }
    }
  }
}
