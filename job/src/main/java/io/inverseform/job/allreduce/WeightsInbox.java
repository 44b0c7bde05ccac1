package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Lets the owners of the other shards write their new weights to where the format wants them, each
 * float once a step, and only when this rank has handed over its whole gradient.
 */
final class WeightsInbox implements Inbox {
  private final int rank;
  private final WireFormat format;
  private final Coverage given;
  private final Coverage[] claimed;
  private final Coverage[] arrived;
  private long step;

  /**
   * @param given what this rank has handed over of its gradient in this step
   */
  WeightsInbox(
      int rank, List<FloatRange> shards, WireFormat format, Coverage given, long firstStep) {
    this.rank = rank;
    this.format = format;
    this.given = given;
    this.claimed = shards.stream().map(Coverage::new).toArray(Coverage[]::new);
    this.arrived = shards.stream().map(Coverage::new).toArray(Coverage[]::new);
    this.step = firstStep;
  }

  @Override
  public ByteBuffer claim(FrameHeader frame) {
    if (frame.number() != step || !given.isComplete()) {
      throw new RefusedException(
          "%s: rank %d is in step %d%s"
              .formatted(frame, rank, step, given.isComplete() ? "" : ", before its end"));
    }
    Coverage ofSender = claimed[frame.sender()];
    Blocks.require(frame, ofSender.whole(), format.block());
    if (!ofSender.add(frame.range())) {
      throw new RefusedException(
          "%s: outside the sender's shard %s, or has come before"
              .formatted(frame, ofSender.whole()));
    }
    return format.place(frame.range());
  }

  @Override
  public void arrived(FrameHeader frame) {
    arrived[frame.sender()].add(frame.range());
  }

  @Override
  public void release(FrameHeader frame) {
    claimed[frame.sender()].remove(frame.range());
  }

  /** Ranks whose shard is not complete. Call under the lock. */
  BitSet missing() {
    BitSet missing = new BitSet(arrived.length);
    for (int r = 0; r < arrived.length; r++) {
      missing.set(r, r != rank && !arrived[r].isComplete());
    }
    return missing;
  }

  /** As {@link #missing()}, but none when this range of a rank's shard has come. */
  BitSet missing(int peer, FloatRange range) {
    return arrived[peer].contains(range) ? new BitSet() : missing();
  }

  /** Call under the lock. */
  void nextStep() {
    for (int r = 0; r < arrived.length; r++) {
      claimed[r].clear();
      arrived[r].clear();
    }
    step++;
  }
}
