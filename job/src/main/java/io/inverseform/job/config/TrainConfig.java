package io.inverseform.job.config;

import java.io.Serializable;

/**
 * The training loop.
 *
 * @param workers world size: tasks of the barrier stage, each with a shard
 * @param threads torch threads a worker
 * @param batch images a worker and pass
 * @param accumulate passes whose gradients are added up to a step
 * @param maxSteps ends the run early after this many steps in all; 0 for no limit
 * @param validateEvery epochs between validations
 * @param checkpointEvery steps between checkpoints; one is always written at the end
 * @param keepCheckpoints newest checkpoints kept
 * @param keepBest checkpoints kept besides, those with the best scores of validation
 * @param earlyStop ends the run after this many validations in a row whose first score is not above
 *     the best one; 0 for no such end
 * @param maxSkipped steps in a row that may be left out for a gradient that is not finite
 * @param decodeThreads threads a worker that decode pictures ahead of the step
 * @param prefetch passes whose examples are made ahead of the pass that computes
 * @param exchange of gradients between the workers
 * @param timeoutSeconds longest wait for any other worker, and for the cluster to replace an
 *     executor
 * @param heartbeatSeconds silence after which a worker is given up; heartbeats come every second,
 *     or five times in that silence if it is shorter than 5 s, from a thread of their own, whatever
 *     the worker computes
 * @param maxRestarts attempts after a failed one without a new checkpoint in between; a training
 *     that makes progress may be restarted any number of times
 * @param traceSteps "from-to", both included, of which each worker writes a trace; empty for none
 */
public record TrainConfig(
    int workers,
    int threads,
    int batch,
    int accumulate,
    int epochs,
    int maxSteps,
    int validateEvery,
    int checkpointEvery,
    int keepCheckpoints,
    int keepBest,
    int earlyStop,
    int maxSkipped,
    int decodeThreads,
    int prefetch,
    ExchangeConfig exchange,
    int timeoutSeconds,
    int heartbeatSeconds,
    int maxRestarts,
    String traceSteps)
    implements Serializable {
  /** What a trace's memory and its readers can take. */
  private static final int MAX_TRACED = 100;

  public TrainConfig {
    Check.atLeast(1, "workers", workers);
    Check.atLeast(1, "threads", threads);
    Check.atLeast(1, "batch", batch);
    Check.atLeast(1, "accumulate", accumulate);
    Check.atLeast(1, "epochs", epochs);
    Check.atLeast(0, "max_steps", maxSteps);
    Check.atLeast(1, "validate_every", validateEvery);
    Check.atLeast(1, "checkpoint_every", checkpointEvery);
    Check.atLeast(1, "keep_checkpoints", keepCheckpoints);
    Check.atLeast(0, "keep_best", keepBest);
    Check.atLeast(0, "early_stop", earlyStop);
    Check.atLeast(0, "max_skipped", maxSkipped);
    Check.atLeast(1, "decode_threads", decodeThreads);
    Check.atLeast(1, "prefetch", prefetch);
    Check.given("exchange", exchange);
    Check.atLeast(1, "timeout_seconds", timeoutSeconds);
    Check.atLeast(1, "heartbeat_seconds", heartbeatSeconds);
    Check.atLeast(0, "max_restarts", maxRestarts);
    Check.that(
        StepRange.isLegal(traceSteps, MAX_TRACED),
        "trace_steps",
        "'" + traceSteps + "'",
        "like 20-25, at most " + MAX_TRACED + " steps, or empty");
  }

  /** The steps of {@link #traceSteps}. */
  public StepRange traced() {
    return StepRange.of(traceSteps);
  }

  /**
   * Samples of a whole step.
   *
   * @throws ArithmeticException if they are too many to count
   */
  public int globalBatch(int worldSize) {
    return Math.multiplyExact(Math.multiplyExact(batch, accumulate), worldSize);
  }

  /**
   * The step that a training ends with.
   *
   * @param ofAllEpochs last step of all epochs
   */
  public long lastStep(long ofAllEpochs) {
    return maxSteps > 0 ? Math.min(maxSteps, ofAllEpochs) : ofAllEpochs;
  }
}
