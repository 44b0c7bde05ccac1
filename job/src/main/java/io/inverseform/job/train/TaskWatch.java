package io.inverseform.job.train;

import io.inverseform.job.allreduce.WorkerFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
 * and why. Ranks follow the order of the partitions, so a task's partition is its rank.
 */
final class TaskWatch extends SparkListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TaskWatch.class);
  private static final String GROUP = "spark.jobGroup.id";
  private static final long EVENTS_MILLIS = 10_000;

  private final SparkContext context;
  private final String group;
  private final int workers;
  private final Set<Integer> stages = new HashSet<>();
  private final Map<Integer, Place> places = new TreeMap<>();
  private final Map<Integer, Place> running = new TreeMap<>();
  private final Map<Integer, Failure> failures = new LinkedHashMap<>();
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
   * @param stackTrace empty if the executor was lost
   */
  record Failure(
      int rank, Place place, String message, String stackTrace, WorkerFailure.Kind kind) {
    boolean consequence() {
      return kind == WorkerFailure.Kind.CONSEQUENCE;
    }

    @Override
    public String toString() {
      return "rank %d (%s) failed: %s".formatted(rank, place, message);
    }
  }

  /**
   * Watches the next job of a group.
   *
   * @param group the attempt's id
   */
  TaskWatch(SparkContext context, String group, int workers) {
    this.context = context;
    this.group = group;
    this.workers = workers;
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
      if (places.size() == workers) {
        LOG.info(
            "{}",
            places.entrySet().stream()
                .map(entry -> "rank " + entry.getKey() + " is " + entry.getValue())
                .collect(Collectors.joining(", ")));
      }
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    if (stages.contains(end.stageId())) {
      int rank = end.taskInfo().index();
      running.remove(rank);
      failure(rank, end.reason()).ifPresent(failure -> failures.putIfAbsent(rank, failure));
      notifyAll();
    }
  }

  private Optional<Failure> failure(int rank, TaskEndReason reason) {
    Place place = places.get(rank);
    if (reason instanceof ExceptionFailure thrown) {
      Option<Throwable> exception = thrown.exception();
      return Optional.of(
          new Failure(
              rank,
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
          new Failure(rank, place, "its executor was lost: " + why, "", WorkerFailure.Kind.LOST));
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
   * @return the tasks that still run when the limit is over, by rank
   */
  Map<Integer, Place> awaitEnd(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    if (!hasStarted()) {
      return Map.of();
    }
    synchronized (this) {
      while (!jobEnded || !running.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return Map.copyOf(running);
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
    return Optional.ofNullable(places.get(rank));
  }

  /** How a rank's task failed, as Spark knows it. */
  synchronized Optional<Failure> failure(int rank) {
    return Optional.ofNullable(failures.get(rank));
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
