package io.inverseform.job.allreduce;

import java.util.List;
import java.util.Map;

/**
 * What a worker says to the coordinator. A connection is one worker: only {@link Register} says
 * which.
 */
sealed interface Control {
  record Register(int partition, String gpu, Address address, Map<String, String> fingerprint)
      implements Control {}

  /** Connected to all peers; the answer comes when all are. */
  record Ready() implements Control {}

  record Heartbeat() implements Control {}

  /** A step has ended. */
  record Progress(long step, String payload) implements Control {}

  record Failed(String message, String stackTrace, WorkerFailure.Kind kind) implements Control {}

  /** Ends in order: its silence is no failure from now on. */
  record Leave() implements Control {}

  /** What the coordinator answers. */
  sealed interface Reply {}

  /**
   * @param peers by rank, with this worker's own address
   */
  record Assigned(int rank, int heartbeatMillis, List<Address> peers) implements Reply {}

  /** The attempt cannot go on, or this worker has no part in it. */
  record Refused(String message) implements Reply {}

  /** Go on, and mind these. */
  record Carry(List<Directive> directives) implements Reply {}
}
