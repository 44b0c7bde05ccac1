package io.inverseform.job.train;

import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.config.ScheduleConfig;

/** Learning rate by step: linear warm-up times polynomial decay. */
record Schedule(OptimizerConfig optimizer, ScheduleConfig config, long steps) {
  /**
   * The learning rate of a step.
   *
   * @param step from 1 to steps
   */
  double learningRate(long step) {
    double decay = Math.pow(1 - (step - 1) / (double) steps, config.power());
    double warmup = Math.min(1, step / (double) (config.warmupSteps() + 1));
    return optimizer.learningRate() * decay * warmup;
  }
}
