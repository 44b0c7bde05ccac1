package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a {@link SharedStepBench} came to on one rank, under the names in which it is printed; times
 * are medians, until all ranks are through.
 *
 * @param width channels of HRNet's finest branch
 * @param size height x width of the images, pixels
 * @param batch images a worker
 * @param compute seconds of the passes forward and backward, without an exchange
 * @param exchange seconds of the exchange, with sum and update
 * @param sequential seconds of a step whose exchange begins when the backward pass has ended
 * @param overlapped seconds of a step whose gradients leave as they become final
 * @param ratio of the sequential step to computation and exchange
 * @param hidden share of the exchange's time that overlapping saves
 * @param rounds of synchronised statistics in a step
 * @param roundMillis mean of such a round, with waiting for the others
 * @param roundShare of the computation
 */
public record SharedStepMeasurement(
    int world,
    int width,
    String size,
    int batch,
    int threads,
    long parameters,
    @JsonProperty("compute_s") double compute,
    @JsonProperty("exchange_s") double exchange,
    @JsonProperty("sequential_s") double sequential,
    @JsonProperty("overlapped_s") double overlapped,
    double ratio,
    double hidden,
    int rounds,
    @JsonProperty("round_ms") double roundMillis,
    @JsonProperty("round_share") double roundShare) {}
