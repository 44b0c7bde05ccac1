package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Where the other ranks' values of small sums wait. Rounds are numbered; a peer can be one round
 * ahead of this rank, never two, so that two slots a rank suffice.
 */
final class SumInbox implements Inbox {
  private final int rank;
  private final Slot[][] slots;
  private long round;

  private static final class Slot {
    private byte[] bytes = new byte[0];
    private int length;
    private boolean claimed;
    private boolean arrived;
  }

  SumInbox(int rank, int worldSize) {
    this.rank = rank;
    this.slots = new Slot[worldSize][2];
    for (Slot[] both : slots) {
      both[0] = new Slot();
      both[1] = new Slot();
    }
  }

  /** The round that this rank will sum next. Call under the lock. */
  long round() {
    return round;
  }

  @Override
  public ByteBuffer claim(FrameHeader frame) {
    if (frame.number() != round && frame.number() != round + 1) {
      throw new RefusedException(frame + ": this rank collects round " + round);
    }
    if (frame.range().offset() != 0 || frame.range().length() > Exchange.MAX_SUM) {
      throw new RefusedException(
          frame + ": at most " + Exchange.MAX_SUM + " values from 0 can be summed");
    }
    Slot slot = slot(frame.sender(), frame.number());
    if (slot.claimed) {
      throw new RefusedException(frame + ": has come before");
    }
    slot.claimed = true;
    slot.length = frame.range().length();
    if (slot.bytes.length < frame.bodyBytes()) {
      slot.bytes = new byte[(int) frame.bodyBytes()];
    }
    return ByteBuffer.wrap(slot.bytes, 0, (int) frame.bodyBytes());
  }

  @Override
  public void arrived(FrameHeader frame) {
    slot(frame.sender(), frame.number()).arrived = true;
  }

  @Override
  public void release(FrameHeader frame) {
    slot(frame.sender(), frame.number()).claimed = false;
  }

  /** Ranks whose values of this round have not come. Call under the lock. */
  BitSet missing() {
    BitSet missing = new BitSet(slots.length);
    for (int r = 0; r < slots.length; r++) {
      missing.set(r, r != rank && !slot(r, round).arrived);
    }
    return missing;
  }

  /**
   * Sums this round in rank order and opens the next. Call under the lock when none is missing.
   *
   * @throws IllegalStateException if a rank sums another number of values: the ranks run different
   *     code
   */
  double[] sum(double[] own) {
    double[] sum = new double[own.length];
    for (int r = 0; r < slots.length; r++) {
      if (r == rank) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += own[i];
        }
        continue;
      }
      Slot slot = slot(r, round);
      if (slot.length != own.length) {
        throw new IllegalStateException(
            "round "
                + round
                + ": rank "
                + rank
                + " sums "
                + own.length
                + " values, rank "
                + r
                + " sums "
                + slot.length
                + ": they do not run the same code or configuration");
      }
      ByteBuffer values = ByteBuffer.wrap(slot.bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < sum.length; i++) {
        sum[i] += values.getDouble(i * Double.BYTES);
      }
      slot.claimed = false;
      slot.arrived = false;
    }
    round++;
    return sum;
  }

  private Slot slot(int peer, long ofRound) {
    return slots[peer][(int) (ofRound & 1)];
  }
}
