package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Polynomial decay: factor (1 - step / steps)^power, after a linear warm-up.
 *
 * @param warmupSteps steps over which the learning rate rises from 0
 */
public record ScheduleConfig(double power, int warmupSteps) implements Serializable {
  public ScheduleConfig {
    Check.notNegative("power", power);
    Check.atLeast(0, "warmup_steps", warmupSteps);
  }
}
