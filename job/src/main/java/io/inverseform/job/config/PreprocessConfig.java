package io.inverseform.job.config;

import java.io.Serializable;

/**
 * How the sample table is made.
 *
 * @param edgeThreshold a pixel is an edge if the Sobel gradient magnitude of the label map, seen
 *     per class as a map of 0 and 1, is at least this; from 1 (one diagonal neighbour differs) to 4
 * @param centroidTile side in pixels of the tiles whose class centroids are stored
 */
public record PreprocessConfig(double edgeThreshold, int centroidTile) implements Serializable {
  public PreprocessConfig {
    Check.that(
        edgeThreshold >= 1 && edgeThreshold <= 4, "edge_threshold", edgeThreshold, "in 1..4");
    Check.atLeast(1, "centroid_tile", centroidTile);
  }
}
