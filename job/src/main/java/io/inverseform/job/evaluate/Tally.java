package io.inverseform.job.evaluate;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.ConfusionMatrix;
import io.inverseform.udf.score.Tolerance;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What one pass over pictures adds up: every task has its own, and they merge in any order. */
final class Tally implements Serializable {
  private static final long serialVersionUID = 1;

  private final ConfusionMatrix matrix;
  private final BoundaryF boundary;
  private final ArrayList<PictureScore> pictures = new ArrayList<>();

  /** Nothing scored yet; tolerance in pixels of the labels. */
  Tally(int classes, int boundaryTolerance) {
    matrix = new ConfusionMatrix(classes);
    boundary = new BoundaryF(classes, Tolerance.ofPixels(boundaryTolerance));
  }

  /** Scores a picture, and returns this tally. */
  Tally add(String sampleId, LabelMap truth, LabelMap prediction) {
    ConfusionMatrix pixels = new ConfusionMatrix(matrix.classes());
    pixels.add(truth, prediction);
    BoundaryF boundaries = new BoundaryF(boundary.classes(), boundary.tolerance());
    boundaries.add(truth, prediction);
    matrix.merge(pixels);
    boundary.merge(boundaries);
    pictures.add(new PictureScore(sampleId, pixels.meanIou(), boundaries.mean()));
    return this;
  }

  /** Adds another tally to this one, and returns this one. */
  Tally merge(Tally other) {
    matrix.merge(other.matrix);
    boundary.merge(other.boundary);
    pictures.addAll(other.pictures);
    return this;
  }

  /** The scores so far, pictures by sample id. */
  Scores scores(String predictor, String split, ClassCatalogue catalogue) {
    List<PictureScore> sorted =
        pictures.stream().sorted(Comparator.comparing(PictureScore::sampleId)).toList();
    return new Scores(predictor, split, catalogue.names(), matrix, boundary, sorted);
  }
}
