package io.inverseform.job.train;

import io.inverseform.job.allreduce.RangeUpdate;

/** What moves the weights at the end of a step. */
interface Optimizer extends RangeUpdate {
  /** Begins an update of all weights, at that rate. */
  void begin(double learningRate);

  /** Whether {@link #clip} is to be called before the updates of a step. */
  boolean clips();

  /**
   * Scales the gradient of the next updates by longest / (norm + 1e-6) where that is below 1, after
   * PyTorch's {@code clip_grad_norm_}.
   *
   * @param norm of the whole gradient, summed over all ranks
   */
  void clip(double norm);

  /** What is carried to the next step, on the host. */
  ShardState state();

  /** Whether the weights that count are those of the device, and not those of the host. */
  default boolean isOnDevice() {
    return false;
  }

  /** Makes the host's state that of the device, where they are not the same. */
  default void toHost() {}

  /** Makes the device's state that of the host, where they are not the same. */
  default void toDevice() {}

  /**
   * Share that an average keeps of itself in this update: less at the beginning, so that it is soon
   * of trained weights: at most (1 + t) / (10 + t) in update t, as in TensorFlow's.
   */
  static double emaDecay(double decay, long update) {
    return Math.min(decay, (1.0 + update) / (10.0 + update));
  }
}
