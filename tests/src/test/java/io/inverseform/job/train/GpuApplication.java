package io.inverseform.job.train;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.doctor.Doctor;
import io.inverseform.job.doctor.Subject;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/**
 * One application on a cluster with GPUs, as a process of its own: stages without a GPU and with
 * one. Prints what came of each, and stays until its input ends.
 */
final class GpuApplication {
  private GpuApplication() {}

  /**
   * Runs it.
   *
   * @param args the master's URL, and a folder to work in
   */
  public static void main(String[] args) throws Exception {
    SparkSession spark =
        SparkSession.builder()
            .master(args[0])
            .appName("GPUs")
            .config("spark.ui.enabled", false)
            .config("spark.executor.cores", 3)
            .config("spark.executor.memory", "1g")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config(GpuTasks.AMOUNT, 2)
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "3s")
            .config("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", 6)
            .getOrCreate();
    SparkContext context = spark.sparkContext();
    Preflight.await(context, 4);

    RDD<Integer> six = tasks(context, 6);
    System.out.println("without " + gpus(six));
    System.out.println("with " + gpus(GpuTasks.of(tasks(context, 4))));

    SmallRun small = new SmallRun(Path.of(args[1]));
    small.prepare(spark);
    System.out.println("prepared");
    JobConfig config = small.config("run");
    fail("training", () -> Training.run(spark, config, new Segmentation.Factory(), false));

    JobConfig five = small.config("five", "train.workers=5");
    long start = System.nanoTime();
    fail("five", () -> Training.run(spark, five, new Segmentation.Factory(), false));
    System.out.println("seconds " + (System.nanoTime() - start) / 1_000_000_000);

    Subject subject = new Subject(context.getConf(), config, Map.of());
    Doctor.examineCluster(subject, () -> spark)
        .forEach(finding -> System.out.println("doctor " + finding.name() + " " + finding.text()));
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  private interface Body {
    void run() throws Exception;
  }

  private static void fail(String what, Body body) {
    try {
      body.run();
      System.out.println(what + " did not fail");
    } catch (Exception e) {
      System.out.println(what + " " + e.getMessage().lines().findFirst().orElse(""));
      System.out.println(what + " suppressed " + e.getSuppressed().length);
    }
  }

  private static RDD<Integer> tasks(SparkContext spark, int count) {
    return JavaSparkContext.fromSparkContext(spark)
        .parallelize(IntStream.range(0, count).boxed().toList(), count)
        .rdd();
  }

  /** Host and GPUs of tasks that must run at once. */
  private static List<String> gpus(RDD<Integer> tasks) {
    String[] places =
        (String[])
            tasks
                .barrier()
                .mapPartitions(new Place(), false, ClassTag$.MODULE$.apply(String.class))
                .collect();
    List<String> sorted = new ArrayList<>(Arrays.asList(places));
    sorted.sort(null);
    return sorted;
  }

  private static final class Place extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public Iterator<String> apply(Iterator<Integer> partition) {
      String host = SparkEnv.get().blockManager().blockManagerId().host();
      String place = host + GpuTasks.addresses(TaskContext.get());
      return JavaConverters.asScalaIterator(List.of(place).iterator());
    }
  }
}
