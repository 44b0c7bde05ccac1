package io.inverseform.job.watch;

/**
 * How a rank spent a step, in seconds that add up to the step's, and what it moved. On a GPU the
 * host runs ahead of the device, and the times are the host's: {@code forward} is how long it took
 * to give the device its work, {@code backward} includes the device's forward pass, since there the
 * host waits, for gradients.
 *
 * @param data waiting for examples
 * @param forward forward pass and loss
 * @param backward backward pass, up to the gradients in the host's memory
 * @param exchange sending, summing and waiting for peers, as far as it does not happen while
 *     another phase computes; sums within the forward and backward pass (synchronised norms)
 *     included
 * @param update optimiser on this rank's shard, and the new weights' way to the device
 * @param sentBytes to peers since the end of the step before, without headers
 * @param receivedBytes from peers since the end of the step before, without headers; a fast peer's
 *     next gradients may be among them
 */
public record Timings(
    double data,
    double forward,
    double backward,
    double exchange,
    double update,
    long sentBytes,
    long receivedBytes) {
  /** Of the whole step. */
  public double seconds() {
    return data + forward + backward + exchange + update;
  }

  /** Of the step without the exchange: what no other rank is to blame for. */
  public double compute() {
    return data + forward + backward + update;
  }
}
