package io.inverseform.job.doctor;

import io.inverseform.job.doctor.Finding.Status;
import io.inverseform.job.train.GpuTasks;
import io.inverseform.job.train.Slots;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import scala.reflect.ClassTag$;

/** The executors of a cluster, each asked what every machine is asked, and then compared. */
final class Cluster {
  private static final Duration START = Duration.ofSeconds(60);

  /** For executors that come later than those that would do. */
  private static final Duration SETTLE = Duration.ofSeconds(5);

  /** Where executors must not differ. */
  private static final List<String> COMPARED = List.of("jdk", "spark", "pytorch", "gpus");

  private final Subject subject;
  private List<ExecutorReport> reports = List.of();

  Cluster(Subject subject) {
    this.subject = subject;
  }

  /** Asks all executors at once, as a barrier stage of a task a slot. */
  Verdict ask(Callable<SparkSession> start) throws Exception {
    int workers = subject.config().train().workers();
    try (SparkSession session = start.call()) {
      SparkContext spark = session.sparkContext();
      int tasks;
      try (Slots slots = new Slots(spark)) {
        if (slots.await(workers, START)) {
          slots.await(Integer.MAX_VALUE, SETTLE);
        }
        tasks = slots.count();
      }
      if (spark.isStopped()) {
        return Verdict.problem(
            "%s ended the application before an executor came".formatted(subject.master()),
            "look whether --master is right, and whether this machine reaches it");
      }
      if (tasks == 0) {
        return Verdict.problem(
            "no executor came within %d s".formatted(START.toSeconds()),
            "ask the cluster manager why: cores, memory or GPUs that are not free, or executors that"
                + " cannot reach this machine");
      }
      List<SlotReport> slots = slots(spark, tasks);
      reports =
          slots.stream()
              .flatMap(slot -> slot.machine().stream())
              .sorted(Comparator.comparing(ExecutorReport::name))
              .toList();
      String found =
          "%d task slots in %d executors%s".formatted(tasks, reports.size(), gpus(slots));
      return tasks < workers
          ? Verdict.problem(
              found, "lower train.workers=%d or give the application more".formatted(workers))
          : Verdict.ok(found);
    }
  }

  private List<SlotReport> slots(SparkContext spark, int tasks) {
    SlotReport[] answers =
        (SlotReport[])
            GpuTasks.of(
                    JavaSparkContext.fromSparkContext(spark)
                        .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                        .rdd())
                .barrier()
                .mapPartitions(
                    new ExecutorTask(subject.config()),
                    false,
                    ClassTag$.MODULE$.apply(SlotReport.class))
                .collect();
    return List.of(answers);
  }

  /** Which GPU each slot has; empty where there are none. */
  private static String gpus(List<SlotReport> slots) {
    Map<String, String> byExecutor =
        slots.stream()
            .filter(slot -> !slot.gpus().isEmpty())
            .sorted(Comparator.comparing(slot -> slot.gpus().get(0)))
            .collect(
                Collectors.groupingBy(
                    SlotReport::executor,
                    TreeMap::new,
                    Collectors.mapping(
                        slot -> String.join("+", slot.gpus()), Collectors.joining(", "))));
    return byExecutor.entrySet().stream()
        .map(executor -> ", GPU %s of %s".formatted(executor.getValue(), executor.getKey()))
        .collect(Collectors.joining());
  }

  /** One an executor. */
  Stream<Finding> findings() {
    return findings(reports);
  }

  static Stream<Finding> findings(List<ExecutorReport> reports) {
    Map<String, String> usual =
        COMPARED.stream()
            .collect(Collectors.toMap(Function.identity(), name -> mostFrequent(name, reports)));
    return reports.stream().map(report -> finding(report, usual));
  }

  private static Finding finding(ExecutorReport report, Map<String, String> usual) {
    List<String> differences =
        COMPARED.stream()
            .filter(name -> !report.comparable(name).equals(usual.get(name)))
            .map(
                name ->
                    "%s is %s, elsewhere %s"
                        .formatted(name, report.comparable(name), usual.get(name)))
            .toList();
    List<Finding> bad =
        report.findings().stream().filter(finding -> finding.status() != Status.OK).toList();
    Status worst =
        bad.stream().map(Finding::status).max(Comparator.naturalOrder()).orElse(Status.OK);
    if (differences.isEmpty() && bad.isEmpty()) {
      String all =
          COMPARED.stream()
              .map(name -> name + " " + report.comparable(name))
              .collect(Collectors.joining("; "));
      return new Finding(report.name(), Status.OK, all, "");
    }
    String detail =
        Stream.concat(
                differences.stream(),
                bad.stream().map(finding -> finding.name() + ": " + finding.text()))
            .collect(Collectors.joining("; "));
    return differences.isEmpty()
        ? new Finding(report.name(), worst, detail, "")
        : new Finding(report.name(), Status.PROBLEM, detail, "make all machines alike");
  }

  private static String mostFrequent(String name, List<ExecutorReport> reports) {
    Map<String, Long> counts =
        reports.stream()
            .collect(Collectors.groupingBy(r -> r.comparable(name), Collectors.counting()));
    return counts.entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse("");
  }
}
