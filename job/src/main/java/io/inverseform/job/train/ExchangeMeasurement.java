package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What an {@link ExchangeBench} came to on rank 0, under the names in which it is printed.
 *
 * @param world workers, each a process
 * @param megabytes of the float32 gradient, 10^6 bytes
 * @param step whether the SGD update is included
 * @param wire as in configurations
 * @param warmup steps before those that count, until hardly anything is compiled any more, or for a
 *     minute
 * @param seconds median of a step
 * @param best seconds of the shortest step
 * @param worst seconds of the longest step
 * @param gigabytesPerSecond bytes sent by a rank, and as many received, over the median
 * @param cpuSeconds of the whole process, mean of a step
 * @param allocatedBytes on the heap by all threads of the process, mean of a step
 * @param sumMicroseconds mean of a sum of 128 values over all ranks
 */
@JsonPropertyOrder({
  "world",
  "mb",
  "step",
  "wire",
  "warmup_rounds",
  "seconds",
  "best_s",
  "worst_s",
  "wire_gb_per_s_each_way",
  "cpu_s",
  "allocated_bytes",
  "sum128_us"
})
public record ExchangeMeasurement(
    int world,
    @JsonProperty("mb") long megabytes,
    boolean step,
    String wire,
    @JsonProperty("warmup_rounds") int warmup,
    double seconds,
    @JsonProperty("best_s") double best,
    @JsonProperty("worst_s") double worst,
    @JsonProperty("wire_gb_per_s_each_way") double gigabytesPerSecond,
    @JsonProperty("cpu_s") double cpuSeconds,
    @JsonProperty("allocated_bytes") long allocatedBytes,
    @JsonProperty("sum128_us") double sumMicroseconds) {}
