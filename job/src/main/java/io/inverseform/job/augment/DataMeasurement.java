package io.inverseform.job.augment;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Map;

/**
 * What a {@link DataBench} came to: mean CPU milliseconds a sample, under the names in which it is
 * printed.
 *
 * @param source of the first sample, width x height
 * @param crop width x height
 * @param decode by part, on the threads that decode
 * @param device by part, on the training device, here the CPU
 * @param augmentation each change by itself, whether it is configured or not
 * @param decodeTotal of all parts
 * @param deviceTotal of a batch of one crop as configured
 * @param imagesPerSecond that the configured decode threads give together, wall clock
 */
@JsonPropertyOrder({
  "samples",
  "source",
  "crop",
  "decode_ms",
  "device_ms",
  "augmentation_ms",
  "decode_total_ms",
  "device_total_ms",
  "decode_threads",
  "images_per_s"
})
public record DataMeasurement(
    int samples,
    String source,
    String crop,
    @JsonProperty("decode_ms") Map<String, Double> decode,
    @JsonProperty("device_ms") Map<String, Double> device,
    @JsonProperty("augmentation_ms") Map<String, Double> augmentation,
    @JsonProperty("decode_total_ms") double decodeTotal,
    @JsonProperty("device_total_ms") double deviceTotal,
    @JsonProperty("decode_threads") int decodeThreads,
    @JsonProperty("images_per_s") double imagesPerSecond) {}
