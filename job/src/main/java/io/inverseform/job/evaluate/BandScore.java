package io.inverseform.job.evaluate;

import io.inverseform.udf.score.BoundaryIou;
import io.inverseform.udf.score.Tolerance;
import io.inverseform.udf.score.TrimapIou;
import java.io.Serializable;
import java.util.List;

/**
 * Intersection over union in bands along boundaries.
 *
 * @param width of the bands
 * @param mean over the classes that have one, 0..1
 * @param iou by train id, 0..1; NaN for a class without pixels there
 */
public record BandScore(Tolerance width, double mean, List<Double> iou) implements Serializable {
  static BandScore of(BoundaryIou bands) {
    return new BandScore(bands.width(), bands.mean(), Scores.list(bands.iou()));
  }

  static BandScore of(TrimapIou band) {
    return new BandScore(band.width(), band.matrix().meanIou(), Scores.list(band.matrix().iou()));
  }
}
