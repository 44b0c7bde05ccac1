package io.inverseform.job.train;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.ScheduleConfig;

/**
 * Learning rate by step: linear warm-up times decay.
 *
 * @param learningRate without either
 * @param length of the decay, in steps or epochs as configured
 */
record Schedule(double learningRate, ScheduleConfig config, long length) {
  /**
   * That of a training.
   *
   * @param steps of all its epochs
   */
  static Schedule of(JobConfig config, long steps) {
    ScheduleConfig schedule = config.schedule();
    long all = schedule.by() == ScheduleConfig.Unit.EPOCH ? config.train().epochs() : steps;
    return new Schedule(
        config.optimizer().learningRate(),
        schedule,
        schedule.length() > 0 ? schedule.length() : all);
  }

  /**
   * The learning rate of a step.
   *
   * @param step from 1
   * @param epoch of the step, from 0
   */
  double learningRate(long step, int epoch) {
    long time = config.by() == ScheduleConfig.Unit.EPOCH ? epoch : step - 1;
    double decay = config.decay().factor(Math.min(time, length), length);
    return learningRate * decay * warmup(config, step);
  }

  /** Share of the rate in a step, from 1. */
  static double warmup(ScheduleConfig config, long step) {
    double rise = Math.min(1, step / (double) (config.warmupSteps() + 1));
    return config.warmupFrom() + (1 - config.warmupFrom()) * rise;
  }
}
