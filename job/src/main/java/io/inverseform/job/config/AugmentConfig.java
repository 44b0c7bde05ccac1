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
 * @param catMaxRatio largest share of a crop's labelled pixels that one class may have: a crop with
 *     more is drawn again, up to ten times; 1 for no limit
 * @param flip whether crops are mirrored left to right, half of the time
 * @param rotation of picture, labels and edges
 * @param photometric of the picture
 * @param jitter of the picture
 * @param blur of the picture
 * @param edges where a crop's edges come from
 * @param mean per RGB channel, of values in 0..1
 * @param std per RGB channel, of values in 0..1
 */
public record AugmentConfig(
    int cropHeight,
    int cropWidth,
    double scaleMin,
    double scaleMax,
    double catMaxRatio,
    boolean flip,
    RotationConfig rotation,
    PhotometricConfig photometric,
    JitterConfig jitter,
    BlurConfig blur,
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
    Check.that(
        catMaxRatio > 0 && catMaxRatio <= 1, "cat_max_ratio", catMaxRatio, "above 0, at most 1");
    Check.given("rotation", rotation);
    Check.given("photometric", photometric);
    Check.given("jitter", jitter);
    Check.given("blur", blur);
    Check.given("edges", edges);
    mean = Check.list("mean", mean, 3, v -> v >= 0 && v <= 1, "in 0..1");
    std = Check.list("std", std, 3, v -> v > 0 && v <= 1, "above 0, at most 1");
  }
}
