package io.inverseform.job.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.inverseform.udf.label.LabelMap;
import java.util.List;

/**
 * The cost of one call of an operation, on one label map.
 *
 * @param operator its name
 * @param ms mean milliseconds a map
 * @param errorMs half of the 99.9 % confidence interval of the mean; null of a single iteration
 * @param bytes allocated, the result included
 * @param width of the maps, pixels
 * @param height of the maps, pixels
 * @param images number of maps
 */
@JsonPropertyOrder({"operator", "ms", "error_ms", "bytes", "width", "height", "images"})
public record EdgeMeasurement(
    String operator,
    double ms,
    @JsonProperty("error_ms") Double errorMs,
    long bytes,
    int width,
    int height,
    int images) {
  /** The cost of a call from that of one call for each of the maps. */
  static EdgeMeasurement of(
      EdgeOperation operation, double ms, double errorMs, double bytes, List<LabelMap> maps) {
    int images = maps.size();
    return new EdgeMeasurement(
        operation.toString(),
        rounded(ms / images),
        Double.isNaN(errorMs) ? null : (Double) rounded(errorMs / images),
        Math.round(bytes / images),
        maps.get(0).width(),
        maps.get(0).height(),
        images);
  }

  private static double rounded(double ms) {
    return Math.round(ms * 1e4) / 1e4;
  }
}
