package io.inverseform.job.allreduce;

import java.util.ArrayList;
import java.util.List;

/**
 * How a flat vector is cut: into shards for ranks, and shards into pieces for the wire and the
 * cache.
 */
public final class Ranges {
  /** Shards begin at multiples of this many floats (256 bytes), as parameters do. */
  public static final int ALIGNMENT = 64;

  private Ranges() {}

  /**
   * Cuts [0, total) into one contiguous shard a rank, in rank order. Shards differ by at most
   * {@code alignment} floats, but for the last float of the vector; with fewer blocks than ranks
   * the last shards are empty.
   *
   * @param total floats, from 0
   * @param worldSize shards, from 1
   * @param alignment every shard begins at a multiple of this many floats, from 1
   */
  public static List<FloatRange> split(int total, int worldSize, int alignment) {
    if (total < 0 || worldSize < 1 || alignment < 1) {
      throw new IllegalArgumentException(
          "cannot split "
              + total
              + " floats into "
              + worldSize
              + " shards aligned to "
              + alignment);
    }
    long blocks = ((long) total + alignment - 1) / alignment;
    List<FloatRange> shards = new ArrayList<>(worldSize);
    long from = 0;
    for (int rank = 0; rank < worldSize; rank++) {
      long end = Math.min(total, blocks * (rank + 1) / worldSize * alignment);
      shards.add(new FloatRange((int) from, (int) (end - from)));
      from = end;
    }
    return List.copyOf(shards);
  }

  /** A rank's shard of a flat vector. */
  public static FloatRange shard(int total, int worldSize, int rank) {
    return split(total, worldSize, ALIGNMENT).get(rank);
  }

  /**
   * Cuts a range into consecutive pieces of {@code size} floats; the last may be shorter. No piece
   * is empty.
   */
  static List<FloatRange> pieces(FloatRange range, int size) {
    List<FloatRange> pieces = new ArrayList<>(range.length() / size + 1);
    for (int from = range.offset();
        from < range.end();
        from += Math.min(size, range.end() - from)) {
      pieces.add(new FloatRange(from, Math.min(size, range.end() - from)));
    }
    return pieces;
  }
}
