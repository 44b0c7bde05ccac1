package io.inverseform.job.allreduce;

/**
 * Why a worker, and with it the attempt, ended.
 *
 * @param rank of the worker; -1 if none was assigned yet: then the message says who
 * @param host of the worker, with its port
 * @param step the last one it reported, -1 before the first
 * @param message what happened
 * @param stackTrace of the executor; empty if the worker vanished
 */
public record WorkerFailure(
    int rank, String host, long step, String message, String stackTrace, Kind kind) {
  /** What sort of failure it is; the ordinal is its byte on the wire. */
  public enum Kind {
    /** The worker threw, or the workers did not come together: another attempt may go better. */
    ERROR,
    /** Another attempt would fail alike; see {@link UnrecoverableException}. */
    UNRECOVERABLE,
    /** The worker's connection was closed. */
    LOST,
    /** The worker sends no heartbeat; its process may still hold a task slot. */
    SILENT,
    /** It only stopped because another did. */
    CONSEQUENCE
  }

  /** Whether this worker only stopped because another did. */
  public boolean consequence() {
    return kind == Kind.CONSEQUENCE;
  }

  @Override
  public String toString() {
    return rank < 0
        ? message
        : "rank %d (%s) failed %s: %s"
            .formatted(
                rank, host, step < 0 ? "before its first step" : "after step " + step, message);
  }
}
