package io.inverseform.job.allreduce;

/**
 * A worker as the coordinator sees it.
 *
 * @param partition of its task
 * @param gpu its address on the host; empty on the CPU
 * @param step the last one it reported, -1 before the first
 */
public record WorkerStatus(int rank, int partition, String gpu, Address address, long step) {}
