package io.inverseform.job.train;

import io.inverseform.job.config.OptimizerConfig;

/** What an optimiser does with floats whose factors are the same. Holds its shard's state. */
interface UpdateRule {
  /** One of a shard, as configured; its vectors are added to the state. */
  static UpdateRule of(OptimizerConfig.Rule rule, ShardState state) {
    return rule instanceof OptimizerConfig.AdamW adamW
        ? new AdamW(adamW, state)
        : new Sgd((OptimizerConfig.Sgd) rule, state);
  }

  /**
   * The floats of one call.
   *
   * @param weights replaced by the new ones, from index {@code first}
   * @param gradient from index {@code gradientFirst}, each to be multiplied by {@code scale}
   * @param stateFirst index of the first in the state's vectors
   */
  record Floats(
      float[] weights,
      int first,
      int length,
      float[] gradient,
      int gradientFirst,
      float scale,
      int stateFirst) {}

  /** Moves the weights by a step of that learning rate and decay. */
  void update(Floats floats, double learningRate, double weightDecay);
}
