package io.inverseform.job.train;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's loop over attempts: when one fails, the next goes on from the newest checkpoint, as
 * soon as the cluster has enough slots again.
 */
final class Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

  private final SparkContext spark;
  private final int workers;
  private final int maxRestarts;
  private final Duration timeout;
  private final Checkpoints checkpoints;
  private final TrainingMonitor monitor;
  private final Supplier<Attempt> attempts;
  private final List<TrainingException> failures = new ArrayList<>();
  private int restarts;

  /**
   * @param monitor hears of all attempts
   */
  Attempts(
      SparkContext spark, Attempt.Task task, Checkpoints checkpoints, TrainingMonitor monitor) {
    this.spark = spark;
    this.workers = task.config().train().workers();
    this.maxRestarts = task.config().train().maxRestarts();
    this.timeout = Duration.ofSeconds(task.config().train().timeoutSeconds());
    this.checkpoints = checkpoints;
    this.monitor = monitor;
    this.attempts = () -> new Attempt(spark, task, monitor);
  }

  /**
   * Trains to the end.
   *
   * @param resumeFrom step of the checkpoint to start from; 0 for the initial weights
   * @throws TrainingException the last attempt's failure, if another attempt would meet it again or
   *     too many were made without a new checkpoint; the earlier ones are suppressed in it
   */
  List<Worker.Result> run(long resumeFrom) throws IOException {
    long from = resumeFrom;
    try (Slots slots = new Slots(spark)) {
      while (true) {
        monitor.begin(from);
        try {
          return attempts.get().run(from);
        } catch (TrainingException failure) {
          long newest = checkpoints.newest().orElse(0L);
          restarts = newest > from ? 1 : restarts + 1;
          requireAnother(failure);
          failures.add(failure);
          announce(failure, newest);
          awaitSlots(slots, failure);
          from = newest;
        }
      }
    }
  }

  private void requireAnother(TrainingException failure) {
    if (!failure.isRecoverable() || spark.isStopped()) {
      throw withEarlier(failure);
    }
    if (restarts > maxRestarts) {
      throw withEarlier(
          failure.givenUp(
              "given up after %d restarts without a new checkpoint (train.max_restarts)"
                  .formatted(maxRestarts)));
    }
  }

  private TrainingException withEarlier(TrainingException last) {
    failures.forEach(last::addSuppressed);
    return last;
  }

  private void announce(TrainingException failure, long newest) {
    int number = failures.size();
    LOG.warn(
        "attempt {} ended after step {}: {}: attempt {} goes on from {} (restart {} of {} without a new"
            + " checkpoint)",
        number,
        monitor.lastStep(),
        failure.rootCause(),
        number + 1,
        newest > 0 ? "the checkpoint of step " + newest : "the initial weights",
        restarts,
        maxRestarts);
  }

  private void awaitSlots(Slots slots, TrainingException failure) {
    try {
      if (!slots.await(workers, timeout)) {
        throw withEarlier(
            failure.givenUp(
                spark.isStopped()
                    ? "Spark has ended the application: go on with --resume"
                    : ("the cluster has %d of %d slots after %d s (train.timeout_seconds), it did not"
                            + " replace the executor: give it more executors or cores, then go on"
                            + " with --resume")
                        .formatted(slots.count(), workers, timeout.toSeconds())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw withEarlier(failure.givenUp("the driver was told to stop"));
    }
  }
}
