package io.inverseform.job.allreduce;

import java.util.List;

/**
 * What the driver's training loop hears from the coordinator: one call at a time, in order, on a
 * thread of the coordinator's own.
 */
public interface CoordinatorListener {
  /**
   * All workers are there.
   *
   * @param workers by rank
   */
  default void onAssigned(List<WorkerStatus> workers) {}

  /**
   * A worker ended a step. An exception ends the attempt, and is its root cause.
   *
   * @param payload what the worker sent with it, such as one line of JSON; may be empty
   */
  void onProgress(int rank, long step, String payload);

  /**
   * A worker failed, vanished or was refused. All others are told to stop; {@link
   * Coordinator#failure} tells the root cause.
   */
  void onFailure(WorkerFailure failure);
}
