package io.inverseform.job.evaluate;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.Measures;
import io.inverseform.udf.score.Tally;
import java.io.Serializable;
import java.util.ArrayList;

/** What one pass over pictures adds up: every task has its own, and they merge in any order. */
final class ScoredPictures implements Serializable {
  private static final long serialVersionUID = 1;

  private final Tally all;
  private final ArrayList<PictureScore> pictures = new ArrayList<>();

  /** Nothing scored yet. */
  ScoredPictures(int classes, Measures measures) {
    this(new Tally(classes, measures));
  }

  private ScoredPictures(Tally all) {
    this.all = all;
  }

  /** Nothing scored yet, measured as here. */
  ScoredPictures empty() {
    return new ScoredPictures(all.empty());
  }

  /** Scores a picture, and returns these. */
  ScoredPictures add(String sampleId, LabelMap truth, LabelMap prediction) {
    Tally one = all.empty().add(truth, prediction);
    all.merge(one);
    pictures.add(
        new PictureScore(sampleId, one.matrix().meanIou(), one.boundaries().get(0).mean()));
    return this;
  }

  /** Adds others to these, and returns these. */
  ScoredPictures merge(ScoredPictures other) {
    all.merge(other.all);
    pictures.addAll(other.pictures);
    return this;
  }

  /** Pixels that have a true class. */
  long labelled() {
    return all.matrix().total();
  }

  /** The scores so far. */
  Scores scores(String predictor, String split, String views, ClassCatalogue catalogue) {
    return Scores.of(predictor, split, views, catalogue, all, pictures);
  }
}
