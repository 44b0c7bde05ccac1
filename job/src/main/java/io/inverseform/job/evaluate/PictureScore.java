package io.inverseform.job.evaluate;

import java.io.Serializable;

/**
 * Scores of one picture.
 *
 * @param meanIou over the classes in its truth or prediction, 0..1; NaN if all of it is ignored
 * @param boundaryF over the classes with a boundary in truth or prediction, 0..1; NaN without any
 */
public record PictureScore(String sampleId, double meanIou, double boundaryF)
    implements Serializable {}
