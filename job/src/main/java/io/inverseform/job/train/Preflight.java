package io.inverseform.job.train;

import io.inverseform.job.config.ConfigException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.collection.JavaConverters;

/**
 * Whether an application has room for all workers at once, told in numbers before anything waits
 * for it: Spark itself would wait for executors for ever, and say so in other processes' logs.
 */
public final class Preflight {
  private static final String CHECK = "spark.scheduler.barrier.maxConcurrentTasksCheck.";
  private static final String DYNAMIC = "spark.dynamicAllocation.enabled";

  private final SparkContext spark;
  private final SparkConf conf;
  private final int workers;

  private Preflight(SparkContext spark, int workers) {
    this.spark = spark;
    this.conf = spark.getConf();
    this.workers = workers;
  }

  /**
   * Refuses what no executor can put right.
   *
   * @throws ConfigException says which setting
   */
  public static void requireFit(SparkConf conf) {
    String master = conf.get("spark.master", "");
    if (conf.getBoolean(DYNAMIC, false) && !isOneProcess(master)) {
      throw new ConfigException(
          DYNAMIC
              + "=true gives executors task by task, and the workers of a training must all be there"
              + " at once: set it to false and say how many executors with --num-executors or"
              + " --total-executor-cores");
    }
    if (GpuTasks.gpusOfExecutor(conf) > 0 && isOneProcess(master)) {
      throw new ConfigException(
          "%s=%d, but --master %s gives tasks no GPU: start a standalone cluster of Spark's on this machine and submit to that"
              .formatted(GpuTasks.AMOUNT, GpuTasks.gpusOfExecutor(conf), master));
    }
  }

  /** Whether a {@code --master} runs all in the driver's process, where tasks have no GPU. */
  public static boolean isOneProcess(String master) {
    return master.matches("local(?:\\[.*)?");
  }

  /**
   * Waits until there is room for all workers, as long as executors keep coming: each has the time
   * that Spark's settings {@code spark.scheduler.barrier.maxConcurrentTasksCheck.*} give.
   *
   * @throws TrainingException if there is not; says what was asked for and what there is
   * @throws ConfigException as {@link #requireFit}
   */
  public static void await(SparkContext spark, int workers) {
    requireFit(spark.getConf());
    new Preflight(spark, workers).await();
  }

  private void await() {
    Duration patience = isOneProcess(spark.master()) ? Duration.ZERO : patience();
    try (Slots slots = new Slots(spark)) {
      int before;
      do {
        before = slots.count();
        if (slots.await(workers, patience)) {
          return;
        }
      } while (slots.count() > before);
      throw TrainingException.last(
          spark.isStopped()
              ? "Spark has ended the application before %d workers had room: see its log, whether --master %s is right"
                  .formatted(workers, spark.master())
              : refusal(slots.count(), patience),
          "",
          null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw TrainingException.last("the driver was told to stop", "", e);
    }
  }

  private Duration patience() {
    long seconds = conf.getTimeAsSeconds(CHECK + "interval", "15s");
    return Duration.ofSeconds(seconds * conf.getInt(CHECK + "maxFailures", 40));
  }

  private String refusal(int slots, Duration patience) {
    int gpus = GpuTasks.gpusOfExecutor(conf);
    String asked =
        "train.workers asks for %s%s, the cluster offers %d"
            .formatted(count(workers, "worker"), gpus > 0 ? " with 1 GPU each" : "", slots);
    if (patience.isZero()) {
      return asked + ": --master " + spark.master() + " has no more slots";
    }
    return asked
        + ": "
        + executors()
        + " within "
        + patience.toSeconds()
        + " s. Each executor asks for "
        + each(gpus)
        + "; "
        + StandaloneMaster.describe(spark)
        + ". "
        + (slots > 0 ? "Lower train.workers to %d, or give".formatted(slots) : "Give")
        + " the application more executors or smaller ones, see what other applications hold, or,"
        + " where executors take longer to come, raise "
        + CHECK
        + "maxFailures";
  }

  private String executors() {
    List<ExecutorSummary> all =
        JavaConverters.seqAsJavaList(spark.statusStore().executorList(true)).stream()
            .filter(executor -> !executor.id().equals("driver"))
            .toList();
    if (all.isEmpty()) {
      return "no executor came";
    }
    return all.stream()
        .map(
            executor ->
                "%s %s".formatted(executor.hostPort().replaceFirst(":\\d+$", ""), has(executor)))
        .sorted()
        .collect(
            Collectors.joining(
                "; ", count(all.size(), "executor") + " (", "), and no other one came"));
  }

  private static String has(ExecutorSummary executor) {
    int gpus =
        executor.resources().contains("gpu")
            ? executor.resources().apply("gpu").addresses().length
            : 0;
    return count(executor.totalCores(), "core") + (gpus > 0 ? " and " + count(gpus, "GPU") : "");
  }

  private String each(int gpus) {
    String cores =
        conf.contains("spark.executor.cores")
            ? count(conf.getInt("spark.executor.cores", 1), "core")
            : "cores as the cluster manager sees fit";
    return "%s, %s of heap%s"
        .formatted(
            cores,
            conf.get("spark.executor.memory", "1g"),
            gpus > 0 ? " and %s (%s)".formatted(count(gpus, "GPU"), GpuTasks.AMOUNT) : "");
  }

  /** "1 worker", "2 workers". */
  static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
