package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;

/**
 * Floats rounded to bfloat16, as {@link Rounding} says: gradients with the residual, weights as
 * differences to what all ranks have.
 *
 * <p>One vector holds what is sent and what is received. A float of another shard is first this
 * rank's gradient, on its way out, and then the owner's difference, which the owner has only when
 * the gradient has come; a float of the own shard is a difference on its way out, and by the time
 * of the next one all ranks have had it, since they have sent the next gradient.
 */
final class Bfloat16Format implements WireFormat {
  private final FlatMemory memory;
  private final Rounding rounding;
  private final Bfloat16Vector wire;

  /** Held by who hands over gradients: any thread may. */
  private final Scratch outgoing = new Scratch();

  private final Scratch own = new Scratch();

  /** For one thread. */
  private static final class Scratch {
    final Bfloat16 codec = new Bfloat16();
    final float[] values = new float[Bfloat16.BLOCK];
  }

  Bfloat16Format(FlatMemory memory, Rounding rounding) {
    this.memory = memory;
    this.rounding = rounding;
    this.wire = new Bfloat16Vector(memory.length());
  }

  @Override
  public int block() {
    return Bfloat16.BLOCK;
  }

  @Override
  public FrameHeader.Kind gradients() {
    return FrameHeader.Kind.BFLOAT16_GRADIENT;
  }

  @Override
  public FrameHeader.Kind weights() {
    return FrameHeader.Kind.BFLOAT16_DIFFERENCE;
  }

  @Override
  public ByteBuffer gradient(FloatRange range) {
    synchronized (outgoing) {
      float[] values = outgoing.values;
      for (int at = range.offset(); at < range.end(); at += Bfloat16.BLOCK) {
        int length = Math.min(Bfloat16.BLOCK, range.end() - at);
        int e = rounding.index(at);
        memory.readGradient(at, length, values);
        outgoing.codec.encodeGradient(values, rounding.residual(), e, length, wire, at);
      }
    }
    return wire.slice(range.offset(), range.length());
  }

  @Override
  public Slot slot(int length) {
    return new Rounded(length);
  }

  @Override
  public void update(FloatRange block, float[] summedGradient, RangeUpdate update) {
    int offset = block.offset();
    int length = block.length();
    int m = offset - rounding.shardOffset();
    float[] master = rounding.master();
    float[] copies = own.values;
    memory.readWeights(offset, length, copies, 0);
    memory.writeWeights(offset, length, master, m);
    update.apply(block, summedGradient, 0);
    memory.readWeights(offset, length, master, m);
    // The summed gradient has been used: its memory takes the differences.
    own.codec.encodeDifference(master, m, copies, summedGradient, length, wire, offset);
    memory.writeWeights(offset, length, copies, 0);
  }

  @Override
  public ByteBuffer updated(FloatRange range) {
    return wire.slice(range.offset(), range.length());
  }

  @Override
  public ByteBuffer place(FloatRange range) {
    return wire.slice(range.offset(), range.length());
  }

  @Override
  public void settle(FloatRange range) {
    for (int at = range.offset(); at < range.end(); at += Bfloat16.BLOCK) {
      int length = Math.min(Bfloat16.BLOCK, range.end() - at);
      memory.readWeights(at, length, own.values, 0);
      own.codec.add(wire, at, length, own.values);
      memory.writeWeights(at, length, own.values, 0);
    }
  }

  @Override
  public void drop() {
    rounding.drop();
  }

  /** Used by the worker's thread only, but for the bytes. */
  private final class Rounded implements Slot {
    private final Bfloat16Vector values;

    Rounded(int length) {
      values = new Bfloat16Vector(length);
    }

    @Override
    public ByteBuffer place(int offset, int length) {
      return values.slice(offset, length);
    }

    @Override
    public void read(int offset, float[] into, int length) {
      own.codec.decode(values, offset, length, into);
    }
  }
}
