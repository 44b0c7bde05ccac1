package io.inverseform.job.doctor;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.train.GpuTasks;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * What is judged: a configuration as it would run on this machine.
 *
 * @param spark what spark-submit was told, with its master
 * @param environment variables of this process
 */
public record Subject(SparkConf spark, JobConfig config, Map<String, String> environment) {
  private static final Pattern HERE =
      Pattern.compile("local.*|spark://(?:localhost|127\\.[\\d.]+|\\[::1]):.*");

  /** The same for {@code pretrain}. */
  Subject pretraining() {
    return new Subject(spark, config.pretraining(), environment);
  }

  String master() {
    return spark.get("spark.master");
  }

  /** Whether all workers run on this machine, on its cores and in its memory. */
  boolean isLocal() {
    return master().startsWith("local");
  }

  /** Whether nobody has to reach this machine from another one. */
  boolean isAlone() {
    return HERE.matcher(master()).matches();
  }

  /** GPUs that Spark is asked to give to each executor. */
  int gpus() {
    return GpuTasks.gpusOfExecutor(spark);
  }

  /** A variable that is set and not empty, or the other text. */
  String variable(String name, String otherwise) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? otherwise : value;
  }
}
