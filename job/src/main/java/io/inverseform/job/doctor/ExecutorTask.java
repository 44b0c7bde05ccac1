package io.inverseform.job.doctor;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.train.GpuTasks;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.Utils;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/** Says which GPU a slot is given; in the first of an executor's tasks, makes its report. */
final class ExecutorTask extends AbstractFunction1<Iterator<Integer>, Iterator<SlotReport>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** Applications that have this executor's report. */
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private final JobConfig config;

  ExecutorTask(JobConfig config) {
    this.config = config;
  }

  @Override
  public Iterator<SlotReport> apply(Iterator<Integer> partition) {
    SparkEnv spark = SparkEnv.get();
    boolean first = REPORTED.add(spark.conf().getAppId());
    String executor = "%s/%s".formatted(Utils.localHostName(), spark.executorId());
    SlotReport slot =
        new SlotReport(
            executor,
            GpuTasks.addresses(TaskContext.get()),
            first ? List.of(report(spark, executor)) : List.of());
    return JavaConverters.asScalaIterator(List.of(slot).iterator());
  }

  private ExecutorReport report(SparkEnv spark, String executor) {
    List<Finding> findings =
        Doctor.machine(new Subject(spark.conf(), config, System.getenv())).stream()
            .map(check -> check.run(Doctor.LIMIT))
            .toList();
    return new ExecutorReport(executor, findings);
  }
}
