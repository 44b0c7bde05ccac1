package io.inverseform.job.train;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.OptimizerConfig;
import java.nio.FloatBuffer;

/** The optimiser of a shard in host memory. */
final class HostOptimizer extends Optimizer {
  private final FloatBuffer weights;
  private final FloatRange shard;
  private final ParameterGroups groups;
  private final UpdateRule rule;
  private float[] chunk = new float[0];

  /**
   * The optimiser of a shard.
   *
   * @param weights the worker's flat weights
   */
  HostOptimizer(
      FloatBuffer weights, FloatRange shard, OptimizerConfig config, ParameterGroups groups) {
    super(config, shard.length());
    this.weights = weights;
    this.shard = shard;
    this.groups = groups;
    rule = UpdateRule.of(config.rule(), state());
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
                  (float) scale(),
                  part.offset() - shard.offset()),
              learningRate() * rateFactor,
              config().weightDecay() * decayFactor);
        });
    if (state().hasEma()) {
      average(range);
    }
    weights.put(range.offset(), chunk, 0, range.length());
  }

  private void average(FloatRange range) {
    float[] ema = state().vector(ShardState.EMA);
    float share = (float) averageShare();
    int first = range.offset() - shard.offset();
    for (int i = 0; i < range.length(); i++) {
      ema[first + i] += share * (chunk[i] - ema[first + i]);
    }
  }
}
