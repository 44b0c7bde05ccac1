package io.inverseform.job.train;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.RangeUpdate;
import io.inverseform.job.config.OptimizerConfig;
import java.nio.FloatBuffer;

/**
 * The optimiser of a shard, on the host: clipping, the rule with each parameter's factors, and the
 * moving average of the weights.
 */
final class Optimizer implements RangeUpdate {
  private final FloatBuffer weights;
  private final FloatRange shard;
  private final OptimizerConfig config;
  private final ParameterGroups groups;
  private final ShardState state;
  private final UpdateRule rule;
  private double learningRate;
  private float scale = 1;
  private float[] chunk = new float[0];

  /**
   * The optimiser of a shard.
   *
   * @param weights the worker's flat weights
   */
  Optimizer(FloatBuffer weights, FloatRange shard, OptimizerConfig config, ParameterGroups groups) {
    this.weights = weights;
    this.shard = shard;
    this.config = config;
    this.groups = groups;
    state = ShardState.of(config, shard.length());
    rule = UpdateRule.of(config.rule(), state);
  }

  /** Begins an update of all weights, at that rate. */
  void begin(double rate) {
    learningRate = rate;
    state.count();
  }

  /** Whether {@link #clip} is to be called before the updates of a step. */
  boolean clips() {
    return config.clipNorm() > 0;
  }

  /**
   * Scales the gradient of the next updates by longest / (norm + 1e-6) where that is below 1, after
   * PyTorch's {@code clip_grad_norm_}.
   *
   * @param norm of the whole gradient, summed over all ranks
   */
  void clip(double norm) {
    scale = (float) Math.min(1, config.clipNorm() / (norm + 1e-6));
  }

  /** What is carried to the next step. */
  ShardState state() {
    return state;
  }

  /**
   * Share that an average keeps of itself in this update: less at the beginning, so that it is soon
   * of trained weights: at most (1 + t) / (10 + t) in update t, as in TensorFlow's.
   */
  static double emaDecay(double decay, long update) {
    return Math.min(decay, (1.0 + update) / (10.0 + update));
  }

  @Override
  public void apply(FloatRange range, float[] gradient, int offset) {
    if (chunk.length < range.length()) {
      chunk = new float[range.length()];
    }
    weights.get(range.offset(), chunk, 0, range.length());
    groups.forEach(
        range,
        (part, rateFactor, decayFactor) -> {
          int first = part.offset() - range.offset();
          rule.update(
              new UpdateRule.Floats(
                  chunk,
                  first,
                  part.length(),
                  gradient,
                  offset + first,
                  scale,
                  part.offset() - shard.offset()),
              learningRate * rateFactor,
              config.weightDecay() * decayFactor);
        });
    if (state.hasEma()) {
      average(range);
    }
    weights.put(range.offset(), chunk, 0, range.length());
  }

  private void average(FloatRange range) {
    float[] ema = state.vector(ShardState.EMA);
    float share = (float) (1 - emaDecay(config.emaDecay(), state.updates()));
    int first = range.offset() - shard.offset();
    for (int i = 0; i < range.length(); i++) {
      ema[first + i] += share * (chunk[i] - ema[first + i]);
    }
  }
}
