package io.inverseform.job.allreduce;

/** Hears of what peers have received; called on network threads. */
@FunctionalInterface
public interface TransferListener {
  /**
   * A peer has confirmed a frame.
   *
   * @param what "gradient", "weights" or "sum"
   * @param range in floats of the flat vector; of a sum in its values
   * @param startNanos when it was handed to the network, by {@link System#nanoTime}
   * @param endNanos when it was confirmed
   */
  void sent(String what, int peer, FloatRange range, long startNanos, long endNanos);
}
