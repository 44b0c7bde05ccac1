package io.inverseform.job.allreduce;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * What a worker carries from step to step where {@link Wire#BFLOAT16} travels, so that rounding
 * delays and never loses. It is state of the training, like momentum: a run that is resumed with
 * other values goes on with other bits.
 *
 * <p>Gradients, to another rank's shard: a rank sends q = bfloat16(g + e) and keeps e = g + e - q,
 * exactly, for the same float of the next step (error feedback, Karimireddy, Rebjock, Stich, Jaggi
 * 2019, "Error Feedback Fixes SignSGD and other Gradient Compression Schemes", algorithm 2). What a
 * rank adds to its own shard is not rounded.
 *
 * <p>Weights, from a shard's owner: only the owner has the master weights m, which its optimiser
 * moves in float32. All ranks, the owner among them, train with copies w. The owner sends d =
 * bfloat16(m - w), and every rank sets w = w + d in float32: the same operation on the same bits,
 * so that all copies stay equal bit for bit, which rounded weights that were only received would
 * not, and which weights in bfloat16 themselves would not survive: a step moves most of them by
 * less than their rounding. The error m - w is never more than that of the last d, since the next d
 * makes up for it.
 */
public final class Rounding {
  private final FloatRange shard;
  private final float[] master;
  private final float[] residual;

  private Rounding(FloatRange shard, int master, int residual) {
    this.shard = shard;
    this.master = new float[master];
    this.residual = new float[residual];
  }

  /** Floats travel as they are. */
  public static Rounding none() {
    return new Rounding(new FloatRange(0, 0), 0, 0);
  }

  /**
   * Nothing is carried where floats travel as they are, or do not travel: the worker is alone.
   *
   * @param shard of the worker
   * @param length floats of the whole vector
   */
  public static Rounding of(Wire wire, int worldSize, FloatRange shard, int length) {
    return wire == Wire.FLOAT32 || worldSize == 1
        ? none()
        : new Rounding(shard, shard.length(), length - shard.length());
  }

  /** Starts from weights that all ranks share. */
  public void begin(FloatBuffer weights) {
    weights.get(shard.offset(), master, 0, master.length);
    drop();
  }

  /** Whether anything is rounded. */
  public boolean active() {
    return master.length + residual.length > 0;
  }

  /** Master weights of the worker's shard, in its order; empty if nothing is rounded. Live. */
  public float[] master() {
    return master;
  }

  /**
   * What has been left out of the gradient of all other shards, in the order of the flat vector
   * without the own shard; empty if nothing is rounded. Live.
   */
  public float[] residual() {
    return residual;
  }

  int shardOffset() {
    return shard.offset();
  }

  /** Where the residual of a float of another shard is. */
  int index(int offset) {
    return offset < shard.offset() ? offset : offset - shard.length();
  }

  /** Forgets the residual: it came from a gradient that no rank uses, and may not be finite. */
  public void drop() {
    Arrays.fill(residual, 0);
  }
}
