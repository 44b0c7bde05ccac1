package io.inverseform.job.train;

import io.inverseform.job.allreduce.Coordinator;
import io.inverseform.job.allreduce.CoordinatorListener;
import io.inverseform.job.allreduce.CoordinatorSettings;
import io.inverseform.job.allreduce.Listen;
import io.inverseform.job.allreduce.Ports;
import io.inverseform.job.allreduce.WorkerFailure;
import io.inverseform.job.allreduce.WorkerStatus;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.TrainConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag$;

/**
 * One attempt at the training, as one barrier stage of one task a worker, which Spark never
 * retries. The stage is ended as soon as a worker fails, since Spark may not notice for minutes;
 * when the attempt is over, so are its tasks.
 */
final class Attempt implements CoordinatorListener, StopRequests.Target {
  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

  private final SparkContext spark;
  private final Task task;
  private final TrainConfig train;
  private final TrainingMonitor monitor;
  private final StopRequests stops;
  private final String id = CoordinatorSettings.newAttempt();
  private final TaskWatch tasks;

  /** Ranks whose executors were told to end, and by which signal. */
  private final Map<Integer, String> leaving = new ConcurrentSkipListMap<>();

  private volatile Coordinator coordinator;
  private volatile String givenUp;

  /** What the workers are to do, in every attempt. */
  record Task(Objective.Factory objective, JobConfig config, Configuration hadoop) {}

  Attempt(SparkContext spark, Task task, TrainingMonitor monitor, StopRequests stops) {
    this.stops = stops;
    this.spark = spark;
    this.task = task;
    this.train = task.config().train();
    this.monitor = monitor;
    this.tasks = new TaskWatch(spark, id);
  }

  /**
   * Runs to the end, or until it has stopped as it was asked to.
   *
   * @param resumeFrom step of the checkpoint to start from; 0 for the initial weights
   * @throws TrainingException if a worker or the stage failed, or executors were told to end; all
   *     tasks have ended, unless it says otherwise
   */
  List<Worker.Result> run(long resumeFrom) {
    CoordinatorSettings settings =
        new CoordinatorSettings(
            SparkEnv.get().conf(),
            SparkEnv.get().securityManager(),
            listen(),
            id,
            train.workers(),
            timeout(),
            heartbeat());
    try (tasks) {
      coordinator = Coordinator.start(settings, this);
      List<Worker.Result> results;
      try (Coordinator open = coordinator) {
        stops.attach(this);
        results = results(open, resumeFrom);
      } finally {
        stops.attach(null);
      }
      // The last report can fail on the driver when the workers are through already.
      coordinator
          .failure()
          .ifPresent(
              failure -> {
                throw explained(failure, Optional.empty(), null);
              });
      if (!leaving.isEmpty() && stops.cause().isEmpty() && !results.get(0).complete()) {
        throw left(tasks);
      }
      return results;
    }
  }

  /** A driver may be reached by a name that is not its own, as behind a Kubernetes service. */
  private Listen listen() {
    String host = SparkEnv.get().rpcEnv().address().host();
    return new Listen(
        host,
        SparkEnv.get().conf().get("spark.driver.bindAddress", host),
        Ports.parse(train.exchange().ports()));
  }

  /** The attempt ended in order for the sake of executors that end: awaits that they have. */
  private TrainingException left(TaskWatch tasks) {
    Set<TaskWatch.Place> places = new LinkedHashSet<>();
    leaving.keySet().forEach(rank -> tasks.place(rank).ifPresent(places::add));
    TrainingException failure =
        TrainingException.recoverable(
            leaving.entrySet().stream()
                .map(
                    rank ->
                        "rank %d (%s) was told to end by %s"
                            .formatted(
                                rank.getKey(),
                                tasks.place(rank.getKey()).map(Object::toString).orElse("unknown"),
                                rank.getValue()))
                .collect(Collectors.joining(", ", "", "; all ranks have written a checkpoint")),
            "",
            null);
    Set<TaskWatch.Place> killed = new HashSet<>();
    places.forEach(place -> replace(place, "was told to end", killed));
    try {
      if (!tasks.awaitRemoved(places, timeout())) {
        LOG.warn("{} have not ended within {} s", places, timeout().toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failure.givenUp("the driver was told to stop");
    }
    return failure;
  }

  private List<Worker.Result> results(Coordinator coordinator, long resumeFrom) {
    try {
      return collect(coordinator, resumeFrom);
    } catch (Exception e) {
      // Scala throws SparkException without declaring it. The coordinator still listens: what the
      // tasks say at their end may be the root cause.
      throw ended(e, coordinator);
    }
  }

  private Duration timeout() {
    return Duration.ofSeconds(train.timeoutSeconds());
  }

  private Duration heartbeat() {
    return Duration.ofSeconds(train.heartbeatSeconds());
  }

  private List<Worker.Result> collect(Coordinator coordinator, long resumeFrom) {
    WorkerSpec spec =
        new WorkerSpec(
            task.objective(),
            ConfigYaml.write(task.config()),
            new SerializableConfiguration(task.hadoop()),
            coordinator.address(),
            id,
            resumeFrom);
    List<Integer> partitions = IntStream.range(0, train.workers()).boxed().toList();
    RDD<Worker.Result> stage =
        GpuTasks.of(
                JavaSparkContext.fromSparkContext(spark)
                    .parallelize(partitions, train.workers())
                    .rdd())
            .barrier()
            .mapPartitions(
                new WorkerTask(spec), false, ClassTag$.MODULE$.apply(Worker.Result.class));
    spark.setJobGroup(id, "training from step " + (resumeFrom + 1), false);
    try {
      return Arrays.asList((Worker.Result[]) stage.collect());
    } finally {
      spark.clearJobGroup();
    }
  }

  @Override
  public void onAssigned(List<WorkerStatus> workers) {
    tasks.ranked(workers);
  }

  @Override
  public void onProgress(int rank, long step, String payload) {
    StepReport report = StepReport.parse(payload);
    if (report.leaving() != null && leaving.put(rank, report.leaving()) == null) {
      LOG.warn("the executor of rank {} was told to end by {}", rank, report.leaving());
      if (leaving.size() == 1) {
        stop("the executor of rank %d was told to end".formatted(rank));
      }
    }
    monitor.onProgress(rank, report);
  }

  @Override
  public void stop(String reason) {
    coordinator.requestStop(reason);
  }

  @Override
  public void giveUp(String reason) {
    givenUp = reason;
    coordinator.abort(reason);
    cancel();
  }

  @Override
  public void onFailure(WorkerFailure failure) {
    if (!failure.consequence()) {
      cancel();
    }
  }

  /** Ends the stage; a Spark that was stopped has done so. */
  private void cancel() {
    if (spark.isStopped()) {
      return;
    }
    try {
      spark.cancelJobGroup(id);
    } catch (IllegalStateException e) {
      LOG.debug("Spark was stopped in this moment", e);
    }
  }

  /** Why the stage failed; waits until its tasks have ended, and for what they say of it. */
  private TrainingException ended(Exception failed, Coordinator coordinator) {
    cancel();
    try {
      endTasks(failed, coordinator);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failed.addSuppressed(e);
      return TrainingException.last("the driver was told to stop", "", failed);
    }
    if (givenUp != null) {
      return TrainingException.last(givenUp, "", failed);
    }
    Optional<WorkerFailure> told = coordinator.failure().filter(failure -> !failure.consequence());
    Optional<TaskWatch.Failure> seen = tasks.firstFailure();
    if (told.isPresent()) {
      return explained(told.get(), tasks.failure(told.get().rank()), failed);
    }
    if (seen.isPresent() && !seen.get().consequence()) {
      return explained(seen.get(), failed);
    }
    return coordinator
        .failure()
        .map(failure -> explained(failure, Optional.empty(), failed))
        .orElseGet(() -> explained(failed));
  }

  /**
   * Waits until the tasks have ended, so that they hold no slot, memory or GPU in the next attempt.
   * The cluster is asked to kill an executor that is silent, or whose task does not end.
   */
  private void endTasks(Exception failed, Coordinator coordinator) throws InterruptedException {
    Set<TaskWatch.Place> killed = new HashSet<>();
    coordinator
        .failure()
        .filter(failure -> failure.kind() == WorkerFailure.Kind.SILENT)
        .flatMap(failure -> tasks.place(failure.rank()))
        .ifPresent(place -> replace(place, "is silent", killed));
    tasks
        .awaitEnd(heartbeat())
        .values()
        .forEach(place -> replace(place, "does not end its task", killed));
    Map<String, TaskWatch.Place> alive = tasks.awaitEnd(timeout());
    if (!alive.isEmpty()) {
      throw TrainingException.last(
          "%s; the tasks of %s have not ended within %d s (train.timeout_seconds): end these processes by hand,"
                  .formatted(
                      coordinator.failure().map(WorkerFailure::toString).orElse("the stage failed"),
                      alive.entrySet().stream()
                          .map(task -> task.getKey() + " (" + task.getValue() + ")")
                          .sorted()
                          .collect(Collectors.joining(", ")),
                      train.timeoutSeconds())
              + " then go on with --resume",
          coordinator.failure().map(WorkerFailure::stackTrace).orElse(""),
          failed);
    }
  }

  /** In local mode there is nothing to kill: the executor is the driver. */
  private void replace(TaskWatch.Place place, String why, Set<TaskWatch.Place> killed) {
    if (!place.executor().equals("driver") && killed.add(place)) {
      boolean asked = spark.killAndReplaceExecutor(place.executor());
      LOG.warn(
          "{} {}: {}",
          place,
          why,
          asked
              ? "the cluster is asked to kill and replace it"
              : "it should be killed and replaced, but the cluster does not take that request");
    }
  }

  private static TrainingException explained(
      WorkerFailure root, Optional<TaskWatch.Failure> seen, Exception failed) {
    String line =
        root
            + seen.filter(failure -> root.kind() == WorkerFailure.Kind.LOST)
                .map(failure -> "; Spark says of " + failure.place() + ": " + failure.message())
                .orElse("");
    return explained(root.kind(), line, root.stackTrace(), failed);
  }

  private static TrainingException explained(
      WorkerFailure.Kind kind, String line, String stackTrace, Exception failed) {
    return kind == WorkerFailure.Kind.UNRECOVERABLE
        ? TrainingException.last(line, stackTrace, failed)
        : TrainingException.recoverable(line, stackTrace, failed);
  }

  private static TrainingException explained(TaskWatch.Failure root, Exception failed) {
    return explained(root.kind(), root.toString(), root.stackTrace(), failed);
  }

  private TrainingException explained(Exception failed) {
    String message = String.valueOf(failed.getMessage());
    return message.contains("SPARK-24819")
        ? TrainingException.last(
            "train.workers asks for "
                + train.workers()
                + " workers at once, the cluster has fewer slots: give it more executors or cores",
            "",
            failed)
        : TrainingException.last("the training stage failed: " + message, message, failed);
  }
}
