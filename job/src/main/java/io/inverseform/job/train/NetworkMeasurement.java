package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Map;

/**
 * What a {@link NetworkBench} came to, under the names in which it is printed.
 *
 * @param network that was measured, and on what
 * @param wallSeconds median of a step
 * @param cpuSeconds of the whole process, median of a step
 * @param peakMegabytes most resident memory of the process
 * @param deviceMegabytes taken on the device in the end, PyTorch's cache of freed memory and CUDA's
 *     own among them; null on the CPU
 * @param phases seconds of a step's parts by name, each waited for; null where nothing is trained
 * @param estimate megabytes by kind, as told before a training; null where nothing is trained
 * @param value of the last step: the loss, or the mean of the logits
 */
@JsonPropertyOrder({
  "network",
  "wall_s",
  "cpu_s",
  "peak_rss_mb",
  "device_mb",
  "phases_s",
  "estimate_mb",
  "loss"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NetworkMeasurement(
    @JsonUnwrapped BenchedNetwork network,
    @JsonProperty("wall_s") double wallSeconds,
    @JsonProperty("cpu_s") double cpuSeconds,
    @JsonProperty("peak_rss_mb") long peakMegabytes,
    @JsonProperty("device_mb") Long deviceMegabytes,
    @JsonProperty("phases_s") Map<String, Double> phases,
    @JsonProperty("estimate_mb") Map<String, Long> estimate,
    @JsonProperty("loss") double value) {}
