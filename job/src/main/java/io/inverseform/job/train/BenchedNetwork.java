package io.inverseform.job.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * What a {@link NetworkBench} measured, under the names in which it is printed.
 *
 * @param engine what computed it
 * @param width channels of the finest branch
 * @param norm as in configurations
 * @param precision as in configurations
 * @param memoryFormat as in configurations
 * @param recompute stages whose activations are not kept
 * @param size of the images, height x width
 * @param device that computed
 * @param parameters trained ones
 */
@JsonPropertyOrder({
  "engine",
  "width",
  "norm",
  "precision",
  "memory_format",
  "recompute",
  "size",
  "batch",
  "device",
  "threads",
  "parameters"
})
public record BenchedNetwork(
    String engine,
    int width,
    String norm,
    String precision,
    @JsonProperty("memory_format") String memoryFormat,
    List<Integer> recompute,
    String size,
    int batch,
    String device,
    int threads,
    long parameters) {}
