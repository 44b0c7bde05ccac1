/**
 * The sharded parameter server: workers exchange ranges of floats directly, the driver only
 * coordinates.
 *
 * <p>Executor r owns shard r of the weights. In a step every worker streams the part of its
 * gradient that falls into shard r to executor r, which sums the parts in rank order, updates its
 * shard and streams the new weights to everybody. This package knows floats and hosts; it knows no
 * networks and no optimiser. Read {@link io.inverseform.job.allreduce.Exchange} first, then {@code
 * ShardedExchange} (data path) and {@link io.inverseform.job.allreduce.Coordinator} (control path).
 */
package io.inverseform.job.allreduce;
