package io.inverseform.job.allreduce;

/** The grid of blocks on which frames begin and end. */
final class Blocks {
  private Blocks() {}

  /**
   * @param block floats of a block, counted from the shard's begin; the last may be shorter
   * @throws RefusedException if a frame begins or ends within a block
   */
  static void require(FrameHeader frame, FloatRange shard, int block) {
    int begin = frame.range().offset() - shard.offset();
    int end = frame.range().end() - shard.offset();
    if (begin % block != 0 || end % block != 0 && end != shard.length()) {
      throw new RefusedException(
          frame + ": not of whole blocks of " + block + " floats of the shard " + shard);
    }
  }

  /** The part of a range that consists of whole blocks; empty if there is none. */
  static FloatRange whole(FloatRange range, FloatRange shard, int block) {
    int before = (range.offset() - shard.offset()) % block;
    int from = before == 0 ? range.offset() : range.offset() + block - before;
    int behind = range.end() == shard.end() ? 0 : (range.end() - shard.offset()) % block;
    return new FloatRange(from, Math.max(0, range.end() - behind - from));
  }
}
