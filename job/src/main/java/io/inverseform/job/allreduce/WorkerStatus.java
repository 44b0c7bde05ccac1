package io.inverseform.job.allreduce;

/**
 * A worker as the coordinator sees it.
 *
 * @param step the last one it reported, -1 before the first
 */
public record WorkerStatus(int rank, Address address, long step) {}
