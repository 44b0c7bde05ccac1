/**
 * Data-parallel training: the worker's loop, what feeds it, what it leaves behind, and the barrier
 * stage that runs it. Read {@link io.inverseform.job.train.Worker} first.
 */
package io.inverseform.job.train;
