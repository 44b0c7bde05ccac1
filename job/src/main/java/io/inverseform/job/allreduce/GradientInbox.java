package io.inverseform.job.allreduce;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Where the other ranks' contributions to this rank's shard wait to be summed: one slot of the
 * shard's size a rank, taken once. Slots are plain bytes, because a stream arrives in pieces of any
 * alignment; they are summed from there at the speed of floats.
 *
 * <p>A slot accepts contributions to one step only; {@link #nextStep} opens it for the next when
 * all slots have been summed. A peer cannot be further ahead, because it needs this shard's new
 * weights, or the round of a skip, to end its step.
 */
final class GradientInbox implements Inbox {
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final int rank;
  private final FloatRange shard;
  private final FlatMemory memory;
  private final byte[][] slots;
  private final Coverage[] claimed;
  private final Coverage[] arrived;
  private final float[] own = new float[ShardedExchange.CHUNK];
  private long step;

  GradientInbox(int rank, int worldSize, FloatRange shard, FlatMemory memory, long firstStep) {
    this.rank = rank;
    this.shard = shard;
    this.memory = memory;
    this.step = firstStep;
    this.slots = new byte[worldSize][];
    this.claimed = new Coverage[worldSize];
    this.arrived = new Coverage[worldSize];
    for (int r = 0; r < worldSize; r++) {
      slots[r] =
          r == rank ? new byte[0] : new byte[Math.multiplyExact(shard.length(), Float.BYTES)];
      claimed[r] = new Coverage(shard);
      arrived[r] = new Coverage(shard);
    }
  }

  /** This rank's own contribution is final: it stays where it is. Call under the lock. */
  void own(FloatRange range) {
    arrived[rank].add(range);
  }

  @Override
  public ByteBuffer claim(FrameHeader frame) {
    if (frame.number() != step) {
      throw new RefusedException(frame + ": this shard collects step " + step);
    }
    if (!claimed[frame.sender()].add(frame.range())) {
      throw new RefusedException(frame + ": outside the shard " + shard + ", or has come before");
    }
    int from = (frame.range().offset() - shard.offset()) * Float.BYTES;
    return ByteBuffer.wrap(slots[frame.sender()], from, (int) frame.bodyBytes());
  }

  @Override
  public void arrived(FrameHeader frame) {
    arrived[frame.sender()].add(frame.range());
  }

  @Override
  public void release(FrameHeader frame) {
    claimed[frame.sender()].remove(frame.range());
  }

  /** Ranks whose contribution to {@code range} has not fully come. Call under the lock. */
  BitSet missing(FloatRange range) {
    BitSet missing = new BitSet(slots.length);
    for (int r = 0; r < slots.length; r++) {
      missing.set(r, !arrived[r].contains(range));
    }
    return missing;
  }

  /** Sums a range of the shard over all ranks, in rank order, into {@code into} from index 0. */
  void sum(FloatRange range, float[] into) {
    for (int r = 0; r < slots.length; r++) {
      if (r == rank) {
        memory.readGradient(range, r == 0 ? into : own);
        if (r > 0) {
          add(own, into, range.length());
        }
      } else {
        int from = (range.offset() - shard.offset()) * Float.BYTES;
        if (r == 0) {
          copy(slots[r], from, into, range.length());
        } else {
          add(slots[r], from, into, range.length());
        }
      }
    }
  }

  private static void copy(byte[] bytes, int from, float[] into, int length) {
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(from)
        .asFloatBuffer()
        .get(into, 0, length);
  }

  private static void add(float[] values, float[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] += values[i];
    }
  }

  private static void add(byte[] bytes, int from, float[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] += (float) FLOAT.get(bytes, from + i * Float.BYTES);
    }
  }

  /** Everything is summed, or dropped: collect the next step. Call under the lock. */
  void nextStep() {
    for (int r = 0; r < slots.length; r++) {
      claimed[r].clear();
      arrived[r].clear();
    }
    step++;
  }
}
