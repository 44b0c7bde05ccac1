package io.inverseform.job.allreduce;

/**
 * The optimiser as the exchange sees it: a function on a range. It is called on the worker's own
 * thread, for chunks of the worker's own shard in ascending order, each float once a step.
 */
@FunctionalInterface
public interface RangeUpdate {
  /**
   * Writes the new weights of {@code range} into the worker's flat weights.
   *
   * @param range in floats of the flat vector
   * @param summedGradient gradient summed over all ranks in rank order; valid only during the call
   * @param offset index in {@code summedGradient} of the range's first float
   */
  void apply(FloatRange range, float[] summedGradient, int offset);

  /**
   * Writes all new weights of a worker alone whose vectors lie on a device, there.
   *
   * @throws UnsupportedOperationException if the update knows only the host's memory
   */
  default void applyOnDevice() {
    throw new UnsupportedOperationException(getClass().getName() + " updates host memory only");
  }
}
