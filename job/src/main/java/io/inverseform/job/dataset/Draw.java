package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;

/**
 * A sample's turn in an epoch.
 *
 * @param sample index in the split
 * @param turn how often the sample has had one before in the epoch
 * @param focus what the crop must hold; null for anywhere
 */
public record Draw(int sample, int turn, ClassCentroid focus) {}
