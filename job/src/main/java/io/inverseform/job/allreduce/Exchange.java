package io.inverseform.job.allreduce;

/**
 * The seam between training and the workers' exchange of gradients. A step is: backward, which
 * hands over ranges of the gradient as they become final ({@link #reduceScatter}); one round of
 * flags ({@link #sum}); the norm if it is needed ({@link #gradientNorm}); then {@link #allGather},
 * or {@link #skip} on every rank if a flag says so. All ranks make the same calls of {@code sum},
 * {@code gradientNorm}, {@code allGather} and {@code skip} in the same order.
 *
 * <p>The gradient must not change between the {@code reduceScatter} of a range and the end of the
 * step, and the weights must neither be read nor written from the last {@code reduceScatter} of a
 * step to its end, but by the update. {@code reduceScatter} may be called by any thread, everything
 * else by the worker's own thread. Every wait is limited; a wait that fails throws {@link
 * ExchangeException}, after which the exchange is good for nothing but {@link #close}.
 */
public interface Exchange extends AutoCloseable {
  /** This worker's rank, from 0. */
  int rank();

  /** Number of workers. */
  int worldSize();

  /**
   * Hands over a final part of this step's gradient. Returns at once: the parts travel to their
   * shards' owners meanwhile.
   *
   * @param range in floats of the flat vector; any part in any order, but every float once a step
   * @throws IllegalArgumentException if a float lies outside the vector or was handed over before
   *     in this step
   */
  void reduceScatter(FloatRange range);

  /**
   * Element-wise sum over all ranks, in rank order and double precision, so that all ranks get the
   * same bits. One round trip, directly between peers; also a barrier.
   *
   * @param values at most {@value #MAX_SUM} values, as many on every rank; not changed
   * @return a new array
   */
  double[] sum(double[] values);

  /**
   * Euclidean norm of the gradient summed over all ranks: waits for all ranks' contributions to
   * this rank's shard, sums them in float32 as {@link #allGather} does, their squares in double
   * precision, and adds up all shards' squares in one {@link #sum}. For steps that need it before
   * the update; at most once a step, on every rank, when the whole gradient was handed over, and
   * with {@link #allGather} or {@link #skip} behind it. The gradient of this rank's shard is
   * overwritten by the sum.
   *
   * @return the same bits on all ranks; not finite if the sum is not
   * @throws IllegalStateException as {@link #allGather} does
   */
  double gradientNorm(long step);

  /**
   * Ends the step: waits for all ranks' contributions to this rank's shard, sums them in rank order
   * whatever the order of their arrival, applies the update, sends the shard's new weights to all
   * peers and waits until theirs are in this worker's weights.
   *
   * @param step the step that ends; each call names the step after the one before
   * @throws IllegalStateException if the step is another one, or a part of the gradient was not
   *     handed over
   */
  void allGather(long step, RangeUpdate update);

  /**
   * Brings all ranks' weights together where they may differ behind a step, as in {@link
   * LocalSteps}; to be called between steps, on every rank, before weights are read.
   */
  default void align() {}

  /**
   * Ends the step without an update: the gradients are dropped on every rank, the weights stay.
   *
   * @param step as in {@link #allGather}
   */
  void skip(long step);

  /** Bytes that were sent to peers since the exchange was opened, without headers. */
  long sentBytes();

  /** Bytes that have come from peers since the exchange was opened, without headers. */
  long receivedBytes();

  /** Tells of what is sent from now on. To be called before the first step. */
  void onSent(TransferListener listener);

  /**
   * Waits, within the limit, until the peers have what they were sent; then frees the connections.
   */
  @Override
  void close();

  /** Most values of one {@link #sum}. */
  int MAX_SUM = 1 << 21;

  /** Most floats of gradients or weights in one frame on the network. */
  int MAX_FRAME = 1 << 20;
}
