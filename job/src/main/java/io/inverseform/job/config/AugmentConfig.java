package io.inverseform.job.config;

import java.io.Serializable;
import java.util.List;

/**
 * What a training crop looks like.
 *
 * @param cropHeight pixels after scaling
 * @param cropWidth pixels after scaling
 * @param scaleMin smallest factor on the source picture's size
 * @param scaleMax largest factor on the source picture's size
 * @param flip whether crops are mirrored left to right, half of the time
 * @param edges where a crop's edges come from
 * @param mean per RGB channel, of values in 0..1
 * @param std per RGB channel, of values in 0..1
 */
public record AugmentConfig(
    int cropHeight,
    int cropWidth,
    double scaleMin,
    double scaleMax,
    boolean flip,
    Edges edges,
    List<Double> mean,
    List<Double> std)
    implements Serializable {
  /** Source of a crop's boundary ground truth. */
  public enum Edges {
    /** The table's edge map, cropped and scaled with the picture. */
    STORED,
    /** Derived again from the scaled labels. */
    RECOMPUTE
  }

  public AugmentConfig {
    Check.atLeast(32, "crop_height", cropHeight);
    Check.atLeast(32, "crop_width", cropWidth);
    Check.positive("scale_min", scaleMin);
    Check.positive("scale_max", scaleMax);
    Check.that(
        scaleMin <= scaleMax,
        "scale_min",
        scaleMin,
        "at most 'scale_max' = %s".formatted(scaleMax));
    Check.given("edges", edges);
    mean = Check.list("mean", mean, 3, v -> v >= 0 && v <= 1, "in 0..1");
    std = Check.list("std", std, 3, v -> v > 0 && v <= 1, "above 0, at most 1");
  }
}
