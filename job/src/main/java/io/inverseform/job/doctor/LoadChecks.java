package io.inverseform.job.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.inverseform.job.config.TrainConfig;
import java.lang.management.ManagementFactory;
import org.apache.spark.SparkConf;
import org.apache.spark.util.Utils;

/** What the configuration demands of cores and memory. */
final class LoadChecks {
  /** Share of the memory that heaps may take: PyTorch's lies beside them. */
  private static final double HEAPS = 0.75;

  private LoadChecks() {}

  static Verdict threads(Subject subject) {
    return threads(subject, Runtime.getRuntime().availableProcessors());
  }

  static Verdict threads(Subject subject, int cores) {
    TrainConfig train = subject.config().train();
    String workers = "%d workers x %d threads".formatted(train.workers(), train.threads());
    if (subject.isLocal()) {
      String found = "%s on %d cores".formatted(workers, cores);
      return train.workers() * train.threads() > cores
          ? Verdict.warning(
              found + ": the run will be slow", "lower train.workers or train.threads")
          : policy(subject, found);
    }
    SparkConf spark = subject.spark();
    int taskCores = spark.getInt("spark.task.cpus", 1);
    String found = "%s, %d cores a task".formatted(workers, taskCores);
    if (train.threads() > taskCores) {
      return Verdict.warning(
          found + ": workers of one executor share its cores",
          "set spark.task.cpus=%d or lower train.threads".formatted(train.threads()));
    }
    int slots = slots(subject, taskCores);
    return slots < train.workers()
        ? Verdict.problem(
            "%s, %d task slots".formatted(found, slots),
            "each worker needs one: raise spark.executor.instances or spark.executor.cores")
        : policy(subject, found);
  }

  /** Tasks at once as far as the settings tell; the largest number where they do not. */
  private static int slots(Subject subject, int taskCores) {
    SparkConf spark = subject.spark();
    if (!spark.contains("spark.executor.instances") || !spark.contains("spark.executor.cores")) {
      return Integer.MAX_VALUE;
    }
    int each = spark.getInt("spark.executor.cores", 1) / taskCores;
    if (subject.gpus() > 0) {
      each = Math.min(each, subject.gpus());
    }
    return spark.getInt("spark.executor.instances", 1) * each;
  }

  private static Verdict policy(Subject subject, String found) {
    String policy = subject.variable("OMP_WAIT_POLICY", "not set");
    return policy.equalsIgnoreCase("PASSIVE")
        ? Verdict.ok(found + ", OMP_WAIT_POLICY=" + policy)
        : Verdict.warning(
            "%s, OMP_WAIT_POLICY is %s: threads that wait keep cores busy".formatted(found, policy),
            "set it to PASSIVE");
  }

  static Verdict memory(Subject subject) {
    long all =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    return memory(subject, Runtime.getRuntime().maxMemory(), all);
  }

  /**
   * The verdict on numbers.
   *
   * @param heap of the driver, in bytes
   * @param all that this machine or container has, in bytes
   */
  static Verdict memory(Subject subject, long heap, long all) {
    String found =
        "driver's heap %s of %s".formatted(Utils.bytesToString(heap), Utils.bytesToString(all));
    if (heap > HEAPS * all) {
      return Verdict.problem(
          found + ": too little is left for PyTorch and the system", "lower --driver-memory");
    }
    String key = "spark.executor.memoryOverhead";
    SparkConf spark = subject.spark();
    if (subject.master().matches("yarn|k8s:.*")
        && !spark.contains(key)
        && !spark.contains(key + "Factor")) {
      return Verdict.warning(
          "%s; an executor is killed whose PyTorch takes more than a tenth of its heap of %s"
              .formatted(found, spark.get("spark.executor.memory", "1g")),
          "set %s to what PyTorch needs, such as 8g".formatted(key));
    }
    return Verdict.ok(found);
  }
}
