package io.inverseform.job.allreduce;

import io.inverseform.job.config.ConfigException;
import java.util.Objects;
import java.util.stream.Stream;

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
  /** What sort of failure it is; the ordinal is its number on the wire. */
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
    CONSEQUENCE;

    /**
     * What a worker's exception is, by itself and its causes. Only what our own checks refuse would
     * be refused again: other exceptions of the same types may come from a host that is in trouble.
     */
    public static Kind of(Throwable failure) {
      if (has(failure, PeerFailedException.class)) {
        return CONSEQUENCE;
      }
      return has(failure, UnrecoverableException.class) || has(failure, ConfigException.class)
          ? UNRECOVERABLE
          : ERROR;
    }

    private static boolean has(Throwable failure, Class<?> type) {
      return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
          .anyMatch(type::isInstance);
    }
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
