package io.inverseform.job.train;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.ResourceProfileManager;
import org.apache.spark.resource.TaskResourceRequests;
import scala.Option;

/**
 * Tasks that compute with PyTorch: where executors have GPUs, each is given one of its own. Only
 * the stages that ask for it: those that prepare data run on every core meanwhile.
 */
public final class GpuTasks {
  /** GPUs of each executor, as spark-submit was told. */
  public static final String AMOUNT = "spark.executor.resource.gpu.amount";

  private static final String GPU = "gpu";

  private GpuTasks() {}

  /** The same tasks, with a GPU each if executors have any. */
  public static <T> RDD<T> of(RDD<T> tasks) {
    SparkContext spark = tasks.sparkContext();
    return gpusOfExecutor(spark.getConf()) == 0 ? tasks : tasks.withResources(profile(spark));
  }

  /** The same tasks, with a GPU each if executors have any. */
  public static <T> JavaRDD<T> of(JavaRDD<T> tasks) {
    return new JavaRDD<>(of(tasks.rdd()), tasks.classTag());
  }

  /** What such a task needs of an executor. */
  static ResourceProfile profile(SparkContext spark) {
    SparkConf conf = spark.getConf();
    ResourceProfileManager known = spark.resourceProfileManager();
    if (gpusOfExecutor(conf) == 0) {
      return known.defaultResourceProfile();
    }
    ResourceProfile profile =
        new ResourceProfileBuilder()
            .require(
                new TaskResourceRequests().cpus(conf.getInt("spark.task.cpus", 1)).resource(GPU, 1))
            .build();
    Option<ResourceProfile> same = known.getEquivalentProfile(profile);
    if (same.isDefined()) {
      return same.get();
    }
    known.addResourceProfile(profile);
    return profile;
  }

  /** GPUs that each executor is started with. */
  public static int gpusOfExecutor(SparkConf conf) {
    return conf.getInt(AMOUNT, 0);
  }

  /** Addresses of the GPUs that Spark gave to a task; none on the CPU. */
  public static List<String> addresses(TaskContext task) {
    ResourceInformation gpus = task.resourcesJMap().get(GPU);
    return gpus == null ? List.of() : List.of(gpus.addresses());
  }
}
