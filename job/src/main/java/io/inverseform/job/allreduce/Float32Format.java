package io.inverseform.job.allreduce;

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

  /** Outside the heap, where the network writes without a copy. */
  private static final class Bytes implements Slot {
    private final ByteBuffer bytes;
    private final FloatBuffer floats;

    Bytes(int length) {
      bytes =
          ByteBuffer.allocateDirect(Math.multiplyExact(length, Float.BYTES))
              .order(ByteOrder.LITTLE_ENDIAN);
      floats = bytes.asFloatBuffer();
    }

    @Override
    public ByteBuffer place(int offset, int length) {
      return bytes.slice(offset * Float.BYTES, length * Float.BYTES);
    }

    @Override
    public void read(int offset, float[] into, int length) {
      floats.get(offset, into, 0, length);
    }
  }
}
