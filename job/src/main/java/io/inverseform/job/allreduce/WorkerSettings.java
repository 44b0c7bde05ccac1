package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.Map;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;

/**
 * What a task brings to an attempt.
 *
 * @param conf the executor's, with the application's id
 * @param security the executor's
 * @param listen where the worker listens
 * @param coordinator where the driver's coordinator listens
 * @param attempt id of the attempt, as the coordinator has it
 * @param partition of the task
 * @param gpu address of the worker's GPU on its host; empty on the CPU
 * @param fingerprint what all workers must agree on, such as jar, configuration, data, threads and
 *     number of parameters
 * @param limit the longest wait for any other worker or the driver
 * @param interruption asked in every wait
 */
public record WorkerSettings(
    SparkConf conf,
    SecurityManager security,
    Listen listen,
    Address coordinator,
    String attempt,
    int partition,
    String gpu,
    Map<String, String> fingerprint,
    Duration limit,
    Interruption interruption) {
  /**
   * @throws IllegalArgumentException if the attempt id or the limit cannot be
   */
  public WorkerSettings {
    CoordinatorSettings.requireAttempt(attempt);
    if (limit.toMillis() < 1) {
      throw new IllegalArgumentException("a worker cannot wait with a limit of " + limit);
    }
    fingerprint = Map.copyOf(fingerprint);
  }
}
