package io.inverseform.job.train;

import io.inverseform.job.allreduce.WorkerFailure;
import io.inverseform.job.allreduce.WorkerStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskEndReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.collection.JavaConverters;

/**
 * What Spark knows of one attempt's tasks: on which executors they run, whether they have ended,
 * and why. A task is known by its partition until its worker has a rank.
 */
final class TaskWatch extends SparkListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskWatch.class);
  private static final String GROUP = "spark.jobGroup.id";
  private static final long EVENTS_MILLIS = 10_000;

  private final SparkContext context;
  private final String group;
  private final Set<Integer> stages = new HashSet<>();
  private final Map<Integer, Place> places = new TreeMap<>();
  private final Map<Integer, Place> running = new TreeMap<>();
  private final Map<Integer, Failure> failures = new LinkedHashMap<>();
  private final Map<Integer, Integer> rankByPartition = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private int job = -1;
  private boolean jobEnded;

  /** Where a task runs. */
  record Place(String executor, String host) {
    @Override
    public String toString() {
      return "executor " + executor + " on " + host;
    }
  }

  /**
   * How a task failed.
   *
   * @param task by its rank, or its partition if it has none
   * @param stackTrace empty if the executor was lost
   */
  record Failure(
      String task, Place place, String message, String stackTrace, WorkerFailure.Kind kind) {
    boolean consequence() {
      return kind == WorkerFailure.Kind.CONSEQUENCE;
    }

    @Override
    public String toString() {
      return "%s (%s) failed: %s".formatted(task, place, message);
    }
  }

  /**
   * Watches the next job of a group.
   *
   * @param group the attempt's id
   */
  TaskWatch(SparkContext context, String group) {
    this.context = context;
    this.group = group;
    context.addSparkListener(this);
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    if (start.properties() != null && group.equals(start.properties().getProperty(GROUP))) {
      job = start.jobId();
      JavaConverters.asJavaCollection(start.stageIds()).forEach(id -> stages.add((Integer) id));
    }
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    if (stages.contains(start.stageId())) {
      Place place = new Place(start.taskInfo().executorId(), start.taskInfo().host());
      places.put(start.taskInfo().index(), place);
      running.put(start.taskInfo().index(), place);
    }
  }

  /** The workers have their ranks. */
  synchronized void ranked(List<WorkerStatus> workers) {
    workers.forEach(worker -> rankByPartition.put(worker.partition(), worker.rank()));
    LOG.info(
        "{}",
        workers.stream()
            .map(
                worker ->
                    "rank %d is %s, listens at %s%s"
                        .formatted(
                            worker.rank(),
                            Optional.ofNullable(places.get(worker.partition()))
                                .map(Place::toString)
                                .orElse("a task that Spark has not told of"),
                            worker.address(),
                            worker.gpu().isEmpty() ? "" : " with GPU " + worker.gpu()))
            .collect(Collectors.joining(", ")));
  }

  private String name(int partition) {
    Integer rank = rankByPartition.get(partition);
    return rank == null ? "partition " + partition : "rank " + rank;
  }

  private Optional<Integer> partition(int rank) {
    return rankByPartition.entrySet().stream()
        .filter(entry -> entry.getValue() == rank)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    if (stages.contains(end.stageId())) {
      int partition = end.taskInfo().index();
      running.remove(partition);
      failure(partition, end.reason())
          .ifPresent(failure -> failures.putIfAbsent(partition, failure));
      notifyAll();
    }
  }

  private Optional<Failure> failure(int partition, TaskEndReason reason) {
    Place place = places.get(partition);
    String task = name(partition);
    if (reason instanceof ExceptionFailure thrown) {
      Option<Throwable> exception = thrown.exception();
      return Optional.of(
          new Failure(
              task,
              place,
              thrown.className() + ": " + thrown.description(),
              thrown.fullStackTrace(),
              exception.isDefined()
                  ? WorkerFailure.Kind.of(exception.get())
                  : WorkerFailure.Kind.ERROR));
    }
    if (reason instanceof ExecutorLostFailure lost) {
      String why = lost.reason().isDefined() ? lost.reason().get() : "no reason known";
      return Optional.of(
          new Failure(task, place, "its executor was lost: " + why, "", WorkerFailure.Kind.LOST));
    }
    return Optional.empty();
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd end) {
    if (end.jobId() == job) {
      jobEnded = true;
      notifyAll();
    }
  }

  @Override
  public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved gone) {
    removed.add(gone.executorId());
    notifyAll();
  }

  @Override
  public synchronized void onApplicationEnd(SparkListenerApplicationEnd end) {
    jobEnded = true;
    running.clear();
    notifyAll();
  }

  /**
   * Waits until no task of the attempt runs any more; to be called when the job was cancelled or
   * has failed.
   *
   * @return the tasks that still run when the limit is over, by rank or partition
   */
  Map<String, Place> awaitEnd(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    if (!hasStarted()) {
      return Map.of();
    }
    synchronized (this) {
      while (!jobEnded || !running.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return running.entrySet().stream()
              .collect(Collectors.toMap(task -> name(task.getKey()), Map.Entry::getValue));
        }
        wait(left);
      }
      return Map.of();
    }
  }

  /** A job that Spark refuses is never told of. */
  private boolean hasStarted() throws InterruptedException {
    try {
      context.listenerBus().waitUntilEmpty(EVENTS_MILLIS);
    } catch (TimeoutException e) {
      LOG.warn("Spark's events are late: {}", e.getMessage());
      return true;
    }
    synchronized (this) {
      return job >= 0;
    }
  }

  /**
   * Waits until executors are no longer the application's, so that no task starts there any more.
   *
   * @return whether they are not; else the limit is over
   */
  synchronized boolean awaitRemoved(Set<Place> places, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!places.stream().allMatch(place -> removed.contains(place.executor()))) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0 || context.isStopped()) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /** Where a rank's task was started. */
  synchronized Optional<Place> place(int rank) {
    return partition(rank).map(places::get);
  }

  /** How a rank's task failed, as Spark knows it. */
  synchronized Optional<Failure> failure(int rank) {
    return partition(rank).map(failures::get);
  }

  /** The first failure that is not merely a consequence of another one. */
  synchronized Optional<Failure> firstFailure() {
    return failures.values().stream()
        .filter(failure -> !failure.consequence())
        .findFirst()
        .or(() -> failures.values().stream().findFirst());
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
