package io.inverseform.job.allreduce;

import java.util.ArrayList;
import java.util.List;

/**
 * Joins the final ranges of the gradient, parameter by parameter, into frames worth sending: a
 * network has hundreds of parameters of a few floats. Call under the exchange's lock.
 */
final class Outbox {
  /** Floats from which a range is sent at once. */
  static final int BUCKET = 1 << 18;

  private final List<Coverage> waiting;
  private final int block;

  /**
   * @param block frames are made of whole blocks of this many floats, from the shard's begin
   */
  Outbox(List<FloatRange> shards, int block) {
    this.waiting = shards.stream().map(Coverage::new).toList();
    this.block = block;
  }

  /**
   * Adds a final range.
   *
   * @param last whether the gradient is complete: nothing waits any longer
   * @return what to send to the owner of the shard now
   */
  List<FloatRange> add(int peer, FloatRange part, boolean last) {
    Coverage ranges = waiting.get(peer);
    ranges.add(part);
    List<FloatRange> send = new ArrayList<>();
    if (last) {
      ranges.ranges().forEach(range -> send.addAll(Ranges.pieces(range, Exchange.MAX_FRAME)));
      ranges.clear();
    } else if (!part.isEmpty() && ranges.around(part).length() >= BUCKET) {
      FloatRange joined = Blocks.whole(ranges.around(part), ranges.whole(), block);
      send.addAll(Ranges.pieces(joined, Exchange.MAX_FRAME));
      ranges.remove(joined);
    }
    return send;
  }
}
