package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Arrays;
import java.util.Map;

/**
 * What the memory of a {@link NetworkBench} came to, under the names in which it is printed.
 *
 * @param network that was measured, and on what
 * @param steps trained, after one to warm up
 * @param resident memory of the process after steps
 * @param peakMegabytes most resident memory of the process at any time
 * @param deviceMegabytes taken on the device in the end, PyTorch's cache of freed memory and CUDA's
 *     own among them; null on the CPU
 * @param estimate megabytes by kind, as told before a training
 */
@JsonPropertyOrder({"network", "steps", "rss_mb", "peak_rss_mb", "device_mb", "estimate_mb"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MemoryMeasurement(
    @JsonUnwrapped BenchedNetwork network,
    int steps,
    @JsonProperty("rss_mb") Resident resident,
    @JsonProperty("peak_rss_mb") long peakMegabytes,
    @JsonProperty("device_mb") Long deviceMegabytes,
    @JsonProperty("estimate_mb") Map<String, Long> estimate) {

  /**
   * Resident memory, megabytes.
   *
   * @param settled after the first 50 steps, or the first half where that is fewer
   * @param least after any step from there on
   * @param most after any step from there on
   * @param end after the last step
   */
  @JsonPropertyOrder({"settled", "least", "most", "end"})
  public record Resident(long settled, long least, long most, long end) {
    /** Steps after which a process has the memory that it needs. */
    private static final int SETTLED = 50;

    static Resident of(long[] steps) {
      int settled = Math.min(SETTLED, steps.length / 2);
      long[] later = Arrays.copyOfRange(steps, settled, steps.length);
      return new Resident(
          later[0],
          Arrays.stream(later).min().orElseThrow(),
          Arrays.stream(later).max().orElseThrow(),
          later[later.length - 1]);
    }
  }
}
