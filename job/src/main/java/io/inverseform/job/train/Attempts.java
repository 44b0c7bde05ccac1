package io.inverseform.job.train;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSError;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's loop over attempts: when one fails, the next goes on from the newest checkpoint, as
 * soon as the cluster has enough slots again.
 */
final class Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
  private static final String ENDED = "Spark has ended the application: go on with --resume";

  private final SparkContext spark;
  private final int workers;
  private final int maxRestarts;
  private final Duration timeout;
  private final Checkpoints checkpoints;
  private final TrainingMonitor monitor;
  private final Attempt.Task task;
  private final StopRequests stops;
  private final List<TrainingException> failures = new ArrayList<>();
  private int restarts;

  /**
   * @param monitor hears of all attempts
   * @param stops says when none is wanted any more
   */
  Attempts(
      SparkContext spark,
      Attempt.Task task,
      Checkpoints checkpoints,
      TrainingMonitor monitor,
      StopRequests stops) {
    this.stops = stops;
    this.spark = spark;
    this.workers = task.config().train().workers();
    this.maxRestarts = task.config().train().maxRestarts();
    this.timeout = Duration.ofSeconds(task.config().train().timeoutSeconds());
    this.checkpoints = checkpoints;
    this.monitor = monitor;
    this.task = task;
  }

  /**
   * Trains to the end, or until it is asked to stop.
   *
   * @param resumeFrom step of the checkpoint to start from; 0 for the initial weights
   * @throws TrainingException the last attempt's failure, if another attempt would meet it again or
   *     cannot begin, or too many were made without a new checkpoint; the earlier ones are
   *     suppressed in it
   * @throws IOException if the first attempt cannot begin
   */
  List<Worker.Result> run(long resumeFrom) throws IOException {
    long from = resumeFrom;
    monitor.begin(from);
    try (Slots slots = new Slots(spark)) {
      while (true) {
        try {
          return new Attempt(spark, task, monitor, stops).run(from);
        } catch (TrainingException failure) {
          from = another(failure, from, slots);
        } catch (RuntimeException | Error e) {
          removeIncomplete();
          throw e;
        }
      }
    }
  }

  /** Prepares another attempt; returns the step that it begins behind. */
  private long another(TrainingException failure, long from, Slots slots) {
    requireRecoverable(failure);
    try {
      if (from > 0 && monitor.lastStep() == from) {
        // It may be the checkpoint: its bytes are read once more only now.
        checkpoints.verify(from);
      }
      checkpoints.removeIncomplete();
      long newest = checkpoints.newestUsable().orElse(0L);
      restarts = newest > from ? 1 : restarts + 1;
      requireProgress(failure);
      announce(failure, newest);
      awaitSlots(slots, failure);
      monitor.begin(newest);
      failures.add(failure);
      return newest;
    } catch (IOException | FSError e) {
      TrainingException last =
          failure.givenUp("another attempt cannot begin, the run folder fails: " + e);
      last.addSuppressed(e);
      throw withEarlier(last);
    }
  }

  private void requireRecoverable(TrainingException failure) {
    if (spark.isStopped()) {
      throw withEarlier(failure.givenUp(ENDED));
    }
    if (!failure.isRecoverable()) {
      throw withEarlier(failure);
    }
    requireWanted(failure);
  }

  private void requireWanted(TrainingException failure) {
    if (stops.cause().isPresent()) {
      throw withEarlier(
          failure.givenUp(
              stops.reason() + ", so that no other attempt is made: go on with --resume"));
    }
  }

  private void requireProgress(TrainingException failure) {
    if (restarts > maxRestarts) {
      throw withEarlier(
          failure.givenUp(
              "given up after %d restarts without a new checkpoint (train.max_restarts)"
                  .formatted(maxRestarts)));
    }
  }

  private TrainingException withEarlier(TrainingException last) {
    failures.forEach(last::addSuppressed);
    removeIncomplete();
    return last;
  }

  /** Never in the way of what is to be told. */
  private void removeIncomplete() {
    try {
      checkpoints.removeIncomplete();
    } catch (IOException | FSError e) {
      LOG.warn("what the last attempt did not write to its end stays: {}", e.toString());
    }
  }

  private void announce(TrainingException failure, long newest) {
    int number = failures.size() + 1;
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
    stops.attach(new Waiting(slots));
    try {
      if (!slots.await(workers, timeout)) {
        requireWanted(failure);
        throw withEarlier(
            failure.givenUp(
                spark.isStopped()
                    ? ENDED
                    : ("the cluster has %d of %d slots after %d s (train.timeout_seconds), it did not"
                            + " replace the executor: give it more executors or cores, then go on"
                            + " with --resume")
                        .formatted(slots.count(), workers, timeout.toSeconds())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw withEarlier(failure.givenUp("the driver was told to stop"));
    } finally {
      stops.attach(null);
    }
  }

  /** Nothing runs yet: there is nothing to lose. */
  private record Waiting(Slots slots) implements StopRequests.Target {
    @Override
    public void stop(String reason) {
      slots.giveUp();
    }

    @Override
    public void giveUp(String reason) {
      slots.giveUp();
    }
  }
}
