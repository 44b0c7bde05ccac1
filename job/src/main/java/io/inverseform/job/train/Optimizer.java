package io.inverseform.job.train;

import io.inverseform.job.allreduce.RangeUpdate;

/** What moves the weights at the end of a step. */
interface Optimizer extends RangeUpdate {
  /** Sets the rate of the next updates. */
  void learningRate(double rate);

  /** Whether {@link #clip} is to be called before the updates of a step. */
  boolean clips();

  /**
   * Scales the gradient of the next updates by longest / (norm + 1e-6) where that is below 1, after
   * PyTorch's {@code clip_grad_norm_}.
   *
   * @param norm of the whole gradient, summed over all ranks
   */
  void clip(double norm);

  /** Momentum of the shard on the host, in its order; the optimiser's own memory. */
  float[] momentum();

  /** Whether the weights that count are those of the device, and not those of the host. */
  default boolean isOnDevice() {
    return false;
  }

  /** Makes the host's momentum that of the device, where they are not the same. */
  default void toHost() {}

  /** Makes the device's momentum that of the host, where they are not the same. */
  default void toDevice() {}
}
