package io.inverseform.job.config;

import java.io.Serializable;

/**
 * How the sample table is made.
 *
 * @param centroidTile side in pixels of the tiles whose class centroids are stored
 * @param embed whether the table holds the picture files, or only their paths
 * @param maxRejected largest share of pictures that may be unusable; with more of them there is no
 *     new table
 */
public record PreprocessConfig(
    EdgeConfig edges, int centroidTile, boolean embed, double maxRejected) implements Serializable {
  public PreprocessConfig {
    Check.given("edges", edges);
    Check.atLeast(1, "centroid_tile", centroidTile);
    Check.that(maxRejected >= 0 && maxRejected <= 1, "max_rejected", maxRejected, "in 0..1");
  }
}
