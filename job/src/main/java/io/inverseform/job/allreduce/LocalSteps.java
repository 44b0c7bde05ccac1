package io.inverseform.job.allreduce;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Local SGD (Stich, "Local SGD Converges Fast and Communicates Little", 2019): every worker makes
 * steps on its own weights, and after some of them all take the mean of their weights, and of their
 * optimisers' state, such as momentum (Yu, Jin, Yang, "On the Linear Speedup Analysis of
 * Communication Efficient Momentum SGD for Distributed Non-Convex Optimization", 2019).
 *
 * <p>A worker's gradient is its share of that of the global batch; times the number of workers it
 * is that of its own. With a mean after every step this is SGD on the global batch, but for
 * rounding. Flags and other small sums still go around in every step. The peers' exchange stays its
 * opener's to close.
 */
public final class LocalSteps implements Exchange {
  private final Exchange peers;
  private final LocalExchange alone;
  private final FlatMemory memory;
  private final List<float[]> state;
  private final FloatRange shard;
  private final List<float[]> stateOfShard;
  private final int every;
  private final float[] chunk = new float[ShardedExchange.CHUNK];
  private long means;
  private boolean moved;

  /**
   * Takes over an exchange that no step was made with.
   *
   * @param peers whose first step is 0
   * @param state vectors that the optimiser has for all weights; its own memory
   * @param stateOfShard those of this rank's shard, as all ranks begin with them; hold the mean
   *     after every {@link #align}
   * @param firstStep the step that the first {@link #allGather} or {@link #skip} will name
   * @param every steps between means; they are taken behind multiples of it
   */
  public LocalSteps(
      Exchange peers,
      FlatMemory memory,
      List<float[]> state,
      List<float[]> stateOfShard,
      long firstStep,
      int every) {
    this.peers = peers;
    this.alone = new LocalExchange(memory, firstStep);
    this.memory = memory;
    this.state = List.copyOf(state);
    this.stateOfShard = List.copyOf(stateOfShard);
    this.every = every;
    this.shard = Ranges.shard(memory.length(), peers.worldSize(), peers.rank());
    for (int i = 0; i < state.size(); i++) {
      System.arraycopy(stateOfShard.get(i), 0, state.get(i), shard.offset(), shard.length());
      addUp(state.get(i), 1);
    }
  }

  @Override
  public int rank() {
    return peers.rank();
  }

  @Override
  public int worldSize() {
    return peers.worldSize();
  }

  @Override
  public void reduceScatter(FloatRange range) {
    alone.reduceScatter(range);
  }

  @Override
  public double[] sum(double[] values) {
    return peers.sum(values);
  }

  /** Of this rank's gradient alone. */
  @Override
  public double gradientNorm(long step) {
    return worldSize() * alone.gradientNorm(step);
  }

  @Override
  public void allGather(long step, RangeUpdate update) {
    int workers = worldSize();
    alone.allGather(
        step,
        (range, gradient, offset) -> {
          for (int i = offset; i < offset + range.length(); i++) {
            gradient[i] *= workers;
          }
          update.apply(range, gradient, offset);
        });
    moved = true;
    if (step % every == 0) {
      align();
    }
  }

  /** Leaves the weights as they are: the mean is taken at its next turn. */
  @Override
  public void skip(long step) {
    alone.skip(step);
  }

  @Override
  public void align() {
    if (!moved) {
      return;
    }
    moved = false;
    float share = 1f / worldSize();
    FloatBuffer weights = memory.weights();
    FloatBuffer gradient = memory.gradient();
    for (FloatRange range : Ranges.pieces(memory.whole(), chunk.length)) {
      weights.get(range.offset(), chunk, 0, range.length());
      scale(chunk, range.length(), share);
      gradient.put(range.offset(), chunk, 0, range.length());
    }
    addUp();
    for (int i = 0; i < state.size(); i++) {
      addUp(state.get(i), share);
      System.arraycopy(state.get(i), shard.offset(), stateOfShard.get(i), 0, shard.length());
    }
  }

  /** Replaces a vector of the state by the sum over all ranks of a share of each. */
  private void addUp(float[] vector, float share) {
    FloatBuffer weights = memory.weights();
    FloatBuffer gradient = memory.gradient();
    for (FloatRange range : Ranges.pieces(memory.whole(), chunk.length)) {
      System.arraycopy(vector, range.offset(), chunk, 0, range.length());
      scale(chunk, range.length(), share);
      gradient.put(range.offset(), chunk, 0, range.length());
      // What the ranks add up comes to the place of the weights: these wait in the vector.
      weights.get(range.offset(), vector, range.offset(), range.length());
    }
    addUp();
    for (FloatRange range : Ranges.pieces(memory.whole(), chunk.length)) {
      weights.get(range.offset(), chunk, 0, range.length());
      weights.put(range.offset(), vector, range.offset(), range.length());
      System.arraycopy(chunk, 0, vector, range.offset(), range.length());
    }
  }

  /** Puts the sum over all ranks' gradients in the place of the weights. */
  private void addUp() {
    FloatBuffer weights = memory.weights();
    peers.reduceScatter(memory.whole());
    peers.sum(new double[0]);
    peers.allGather(
        means++,
        (range, summed, offset) -> weights.put(range.offset(), summed, offset, range.length()));
    // A barrier: what follows writes weights that a peer may still be sent.
    peers.sum(new double[0]);
  }

  private static void scale(float[] values, int length, float factor) {
    for (int i = 0; i < length; i++) {
      values[i] *= factor;
    }
  }

  @Override
  public long sentBytes() {
    return peers.sentBytes();
  }

  @Override
  public long receivedBytes() {
    return peers.receivedBytes();
  }

  @Override
  public void onSent(TransferListener listener) {
    peers.onSent(listener);
  }

  @Override
  public void close() {
    alone.close();
  }
}
