package io.inverseform.job.config;

/**
 * How the sample table is made.
 *
 * @param edgeThreshold a pixel is an edge if the Sobel gradient magnitude of the label map, seen
 *     per class as a map of 0 and 1, is at least this; from 1 (one diagonal neighbour differs) to 4
 * @param centroidTile side in pixels of the tiles whose class centroids are stored
 */
public record PreprocessConfig(double edgeThreshold, int centroidTile) {}
