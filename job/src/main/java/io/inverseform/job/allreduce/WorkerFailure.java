package io.inverseform.job.allreduce;

/**
 * Why a worker, and with it the attempt, ended.
 *
 * @param rank of the worker; -1 if none was assigned yet: then the message says who
 * @param host of the worker, with its port
 * @param step the last one it reported, -1 before the first
 * @param message what happened
 * @param stackTrace of the executor; empty if the worker vanished
 * @param consequence whether it only stopped because another did
 */
public record WorkerFailure(
    int rank, String host, long step, String message, String stackTrace, boolean consequence) {
  @Override
  public String toString() {
    return rank < 0
        ? message
        : "rank %d (%s) failed %s: %s"
            .formatted(
                rank, host, step < 0 ? "before its first step" : "after step " + step, message);
  }
}
