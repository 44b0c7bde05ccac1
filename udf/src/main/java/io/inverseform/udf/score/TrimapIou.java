package io.inverseform.udf.score;

import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.List;

/**
 * The usual scores, of the pixels near true boundaries only (Kohli, Ladický and Torr, "Robust
 * Higher Order Potentials for Enforcing Label Consistency", 2009): those within a width of another
 * true class, Euclidean between pixel centres. A width of 1 is one pixel on either side of a
 * boundary. The picture's frame is no boundary. Not thread-safe.
 */
public final class TrimapIou implements Serializable {
  private static final long serialVersionUID = 1;

  private final Tolerance width;
  private final Ignored ignored;
  private final ConfusionMatrix matrix;

  /**
   * Nothing scored yet.
   *
   * @param classes 1 to 255
   * @param width of the band on either side of a boundary, at least 1 pixel
   * @param ignored what pixels do whose true id is no class; they are never counted. With {@link
   *     Ignored#OUTSIDE} there are bands along them, too, as data sets need whose boundaries are
   *     drawn as ignored pixels; with {@link Ignored#NO_EDGE} there are none
   * @throws IllegalArgumentException if a number is out of range
   */
  public TrimapIou(int classes, Tolerance width, Ignored ignored) {
    matrix = new ConfusionMatrix(classes);
    this.width = Bands.checkWidth(width);
    this.ignored = ignored;
  }

  /**
   * Counts the pixels of a picture that are in the band.
   *
   * @throws IllegalArgumentException if sizes differ, or a counted pixel's prediction is no class
   */
  public void add(LabelMap truth, LabelMap prediction) {
    LabelMap classes = ClassMaps.truth(truth, matrix.classes());
    double pixels = width.pixels(truth.width(), truth.height());
    LabelMap band = new DistanceEdges(pixels, ignored).edges(classes);
    matrix.add(Bands.within(classes, band), prediction);
  }

  /** Adds what another one has counted to this one, and returns this one. */
  public TrimapIou merge(TrimapIou other) {
    if (!other.width.equals(width) || other.ignored != ignored) {
      throw new IllegalArgumentException(
          "scores in bands of %s (ignored: %s) cannot be added to those in %s (ignored: %s)"
              .formatted(other.width, other.ignored, width, ignored));
    }
    matrix.merge(other.matrix);
    return this;
  }

  /** All that merging adds up. */
  List<long[]> sums() {
    return matrix.sums();
  }

  /** Width of the band on either side of a boundary. */
  public Tolerance width() {
    return width;
  }

  /** The counts in the band, and the scores that follow from them. */
  public ConfusionMatrix matrix() {
    return matrix;
  }
}
