package io.inverseform.job.train;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.OptimizerConfig;
import java.nio.FloatBuffer;

/**
 * The optimiser of a shard, on the host: clipping, the rule with each parameter's factors, and the
 * moving average of the weights.
 */
final class HostOptimizer implements Optimizer {
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
  HostOptimizer(
      FloatBuffer weights, FloatRange shard, OptimizerConfig config, ParameterGroups groups) {
    this.weights = weights;
    this.shard = shard;
    this.config = config;
    this.groups = groups;
    state = ShardState.of(config, shard.length());
    rule = UpdateRule.of(config.rule(), state);
  }

  @Override
  public void begin(double rate) {
    learningRate = rate;
    state.count();
  }

  @Override
  public boolean clips() {
    return config.clipNorm() > 0;
  }

  @Override
  public void clip(double norm) {
    scale = (float) Math.min(1, config.clipNorm() / (norm + 1e-6));
  }

  @Override
  public ShardState state() {
    return state;
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
    float share = (float) (1 - Optimizer.emaDecay(config.emaDecay(), state.updates()));
    int first = range.offset() - shard.offset();
    for (int i = 0; i < range.length(); i++) {
      ema[first + i] += share * (chunk[i] - ema[first + i]);
    }
  }
}
