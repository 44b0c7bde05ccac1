package io.inverseform.job.config;

/**
 * Polynomial decay: factor (1 - step / steps)^power, after a linear warm-up.
 *
 * @param warmupSteps steps over which the learning rate rises from 0
 */
public record ScheduleConfig(double power, int warmupSteps) {}
