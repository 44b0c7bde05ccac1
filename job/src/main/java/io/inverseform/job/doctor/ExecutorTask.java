package io.inverseform.job.doctor;

import io.inverseform.job.config.JobConfig;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/** Makes an executor's report, in the first of its tasks. */
final class ExecutorTask extends AbstractFunction1<Iterator<Integer>, Iterator<ExecutorReport>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** Applications that have this executor's report. */
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private final JobConfig config;

  ExecutorTask(JobConfig config) {
    this.config = config;
  }

  @Override
  public Iterator<ExecutorReport> apply(Iterator<Integer> partition) {
    SparkEnv spark = SparkEnv.get();
    boolean first = REPORTED.add(spark.conf().getAppId());
    List<ExecutorReport> reports = first ? List.of(report(spark)) : List.of();
    return JavaConverters.asScalaIterator(reports.iterator());
  }

  private ExecutorReport report(SparkEnv spark) {
    List<Finding> findings =
        Doctor.machine(new Subject(spark.conf(), config, System.getenv())).stream()
            .map(check -> check.run(Doctor.LIMIT))
            .toList();
    return new ExecutorReport(
        "%s/%s".formatted(Utils.localHostName(), spark.executorId()), findings);
  }
}
