package io.inverseform.job.watch;

/**
 * A rank that holds up the others.
 *
 * @param factor its time for a step without the exchange, over the median rank's
 */
public record Straggler(int rank, String host, double factor) {}
