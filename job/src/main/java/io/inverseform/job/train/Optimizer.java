package io.inverseform.job.train;

import io.inverseform.job.allreduce.RangeUpdate;
import io.inverseform.job.config.OptimizerConfig;

/**
 * What moves the weights at the end of a step: clipping, the rule with each parameter's factors,
 * and the moving average of the weights.
 */
abstract class Optimizer implements RangeUpdate {
  private final OptimizerConfig config;
  private final ShardState state;
  private double learningRate;
  private double scale = 1;

  Optimizer(OptimizerConfig config, int length) {
    this.config = config;
    state = ShardState.of(config, length);
  }

  /** Begins an update of all weights, at that rate. */
  final void begin(double rate) {
    learningRate = rate;
    state.count();
  }

  /** Whether {@link #clip} is to be called before the updates of a step. */
  final boolean clips() {
    return config.clipNorm() > 0;
  }

  /**
   * Scales the gradient of the next updates by longest / (norm + 1e-6) where that is below 1, after
   * PyTorch's {@code clip_grad_norm_}.
   *
   * @param norm of the whole gradient, summed over all ranks
   */
  final void clip(double norm) {
    scale = Math.min(1, config.clipNorm() / (norm + 1e-6));
  }

  /** What is carried to the next step, as the host has it. */
  final ShardState state() {
    return state;
  }

  final OptimizerConfig config() {
    return config;
  }

  final double learningRate() {
    return learningRate;
  }

  /** Of the gradient. */
  final double scale() {
    return scale;
  }

  /** Share of the new weights in their moving average in this update. */
  final double averageShare() {
    return 1 - emaDecay(config.emaDecay(), state.updates());
  }

  /**
   * Share that an average keeps of itself in this update: less at the beginning, so that it is soon
   * of trained weights: at most (1 + t) / (10 + t) in update t, as in TensorFlow's.
   */
  static double emaDecay(double decay, long update) {
    return Math.min(decay, (1.0 + update) / (10.0 + update));
  }

  /** Whether weights and state that count are those of the device, and not those of the host. */
  boolean isOnDevice() {
    return false;
  }

  /** Makes the host's weights and state those of the device, where they are not the same. */
  void toHost() {}

  /** Makes the device's state that of the host, where they are not the same. */
  void toDevice() {}
}
