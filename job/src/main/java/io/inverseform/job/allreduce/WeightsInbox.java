package io.inverseform.job.allreduce;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Lets the owners of the other shards write their new weights straight into this worker's flat
 * weights, each float once a step.
 */
final class WeightsInbox {
  private final int rank;
  private final FlatMemory memory;
  private final Coverage[] claimed;
  private final Coverage[] arrived;

  WeightsInbox(int rank, List<FloatRange> shards, FlatMemory memory) {
    this.rank = rank;
    this.memory = memory;
    this.claimed = shards.stream().map(Coverage::new).toArray(Coverage[]::new);
    this.arrived = shards.stream().map(Coverage::new).toArray(Coverage[]::new);
  }

  /**
   * Opens the place of new weights that are about to arrive. Call under the lock, and only while
   * this rank waits for weights.
   *
   * @throws RefusedException if the sender does not own them, or they have come before
   */
  ByteBuffer claim(FrameHeader frame) {
    if (!claimed[frame.sender()].add(frame.range())) {
      throw new RefusedException(
          frame
              + ": outside the sender's shard "
              + claimed[frame.sender()].whole()
              + ", or has come before");
    }
    return memory.weightBytes(frame.range());
  }

  /** Call under the lock. */
  void arrived(FrameHeader frame) {
    arrived[frame.sender()].add(frame.range());
  }

  /** Call under the lock. */
  void release(FrameHeader frame) {
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

  /** Call under the lock. */
  void nextStep() {
    for (int r = 0; r < arrived.length; r++) {
      claimed[r].clear();
      arrived[r].clear();
    }
  }
}
