package io.inverseform.job.config;

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
    List<Double> std) {
  /** Source of a crop's boundary ground truth. */
  public enum Edges {
    /** The table's edge map, cropped and scaled with the picture. */
    STORED,
    /** Derived again from the scaled labels. */
    RECOMPUTE
  }
}
