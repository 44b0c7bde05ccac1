package io.inverseform.job.doctor;

import java.io.Serializable;
import java.util.List;

/**
 * What one task slot is.
 *
 * @param executor its name
 * @param gpus addresses of the GPUs that Spark gives to a task there
 * @param machine what the executor found, from one of its slots only
 */
record SlotReport(String executor, List<String> gpus, List<ExecutorReport> machine)
    implements Serializable {}
