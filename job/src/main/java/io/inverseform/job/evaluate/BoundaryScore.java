package io.inverseform.job.evaluate;

import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.Tolerance;
import java.io.Serializable;
import java.util.List;

/**
 * Agreement of boundaries within a tolerance. Lists are by train id, their values 0..1, means over
 * the pictures in which the class has a boundary, true or predicted; NaN without any.
 *
 * @param mean of F over all pairs of picture and class with a boundary
 * @param publishedMean the same where a class without a boundary in both maps counts as 1, as
 *     published code has it
 */
public record BoundaryScore(
    Tolerance tolerance,
    double mean,
    double publishedMean,
    List<Double> f,
    List<Double> precision,
    List<Double> recall)
    implements Serializable {
  static BoundaryScore of(BoundaryF boundary) {
    return new BoundaryScore(
        boundary.tolerance(),
        boundary.mean(),
        boundary.publishedMean(),
        Scores.list(boundary.f()),
        Scores.list(boundary.precision()),
        Scores.list(boundary.recall()));
  }
}
