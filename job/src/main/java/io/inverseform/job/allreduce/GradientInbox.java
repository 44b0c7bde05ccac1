package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Where the other ranks' contributions to this rank's shard wait to be summed: one slot of the
 * shard's size a rank, taken once.
 *
 * <p>A slot accepts contributions to one step only; {@link #nextStep} opens it for the next when
 * all slots have been summed. A peer cannot be further ahead, because it needs this shard's new
 * weights, or the round of a skip, to end its step.
 */
final class GradientInbox implements Inbox {
  private final int rank;
  private final FloatRange shard;
  private final FlatMemory memory;
  private final WireFormat format;
  private final WireFormat.Slot[] slots;
  private final Coverage[] claimed;
  private final Coverage[] arrived;
  private final float[] own = new float[ShardedExchange.CHUNK];
  private long step;

  GradientInbox(
      int rank,
      int worldSize,
      FloatRange shard,
      FlatMemory memory,
      WireFormat format,
      long firstStep) {
    this.rank = rank;
    this.shard = shard;
    this.memory = memory;
    this.format = format;
    this.step = firstStep;
    this.slots = new WireFormat.Slot[worldSize];
    this.claimed = new Coverage[worldSize];
    this.arrived = new Coverage[worldSize];
    for (int r = 0; r < worldSize; r++) {
      slots[r] = r == rank ? null : format.slot(shard.length());
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
    Blocks.require(frame, shard, format.block());
    if (!claimed[frame.sender()].add(frame.range())) {
      throw new RefusedException(frame + ": outside the shard " + shard + ", or has come before");
    }
    return slots[frame.sender()].place(
        frame.range().offset() - shard.offset(), frame.range().length());
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

  /** Sums a block of the shard over all ranks, in rank order, into {@code into} from index 0. */
  void sum(FloatRange block, float[] into) {
    int length = block.length();
    int from = block.offset() - shard.offset();
    for (int r = 0; r < slots.length; r++) {
      if (r == rank && r == 0) {
        memory.readGradient(block.offset(), length, into);
      } else if (r == rank) {
        memory.readGradient(block.offset(), length, own);
        add(own, into, length);
      } else if (r == 0) {
        slots[r].read(from, into, length);
      } else {
        slots[r].read(from, own, length);
        add(own, into, length);
      }
    }
  }

  private static void add(float[] values, float[] into, int length) {
    for (int i = 0; i < length; i++) {
      into[i] += values[i];
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
