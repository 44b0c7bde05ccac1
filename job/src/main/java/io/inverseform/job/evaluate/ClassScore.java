package io.inverseform.job.evaluate;

import java.io.Serializable;

/**
 * Scores of one class, over all pictures together. What a class that does not occur has no score of
 * is NaN.
 *
 * @param pixels whose true class it is
 * @param predicted pixels that were predicted as it, where there is a true class
 * @param iou intersection over union, 0..1
 * @param accuracy share of its pixels that were predicted as it, 0..1
 */
public record ClassScore(String name, long pixels, long predicted, double iou, double accuracy)
    implements Serializable {}
