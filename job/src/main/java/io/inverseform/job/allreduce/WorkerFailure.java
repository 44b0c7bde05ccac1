package io.inverseform.job.allreduce;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * Why a worker ended.
 *
 * @param rank of the worker, -1 if none was assigned yet: then the message says who
 * @param host of the worker, with its port
 * @param step the last one it reported, -1 before the first
 * @param message one line
 * @param stackTrace of the executor; empty if the worker vanished
 * @param consequence whether it only stopped because another did
 */
public record WorkerFailure(
    int rank, String host, long step, String message, String stackTrace, boolean consequence) {
  static WorkerFailure of(int rank, Address address, long step, Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace, true));
    return new WorkerFailure(
        rank,
        address.toString(),
        step,
        cause.toString(),
        trace.toString(),
        cause instanceof PeerFailedException);
  }

  @Override
  public String toString() {
    if (rank < 0) {
      return message;
    }
    return "rank "
        + rank
        + " ("
        + host
        + ") failed "
        + (step < 0 ? "before its first step" : "after step " + step)
        + ": "
        + message;
  }
}
