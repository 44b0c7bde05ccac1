package io.inverseform.job.train;

import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.FlatVector;

/**
 * The moving average of a rank's running statistics, which belongs to that of the weights; has no
 * values where there is none.
 */
final class BufferEma {
  private final FlatVector buffers;
  private final double decay;
  private final float[] values;

  BufferEma(FlatVector buffers, OptimizerConfig config) {
    this.buffers = buffers;
    decay = config.emaDecay();
    values = new float[config.hasEma() ? buffers.length() : 0];
  }

  /** The average; live. */
  float[] values() {
    return values;
  }

  /** Takes in what the device has after an update, counted from 1. */
  void update(long update) {
    if (values.length > 0) {
      buffers.toHost();
      float[] current = new float[values.length];
      buffers.host().get(current);
      float share = (float) (1 - Optimizer.emaDecay(decay, update));
      for (int i = 0; i < values.length; i++) {
        values[i] += share * (current[i] - values[i]);
      }
    }
  }
}
