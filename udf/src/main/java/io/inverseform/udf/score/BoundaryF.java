package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Boundary F of predicted label maps, as DAVIS and NVIDIA's segmentation code define it: per
 * picture and class, precision is the share of the predicted boundary that lies within the
 * tolerance of the true one, recall the share of the true boundary within the tolerance of the
 * predicted one, F their harmonic mean. Ignored pixels belong to no class in either map. Sums of
 * whole numbers: merged parts give the same as one pass, in any order. Not thread-safe.
 *
 * <p>A class with a boundary in the prediction alone has precision 0 and recall 1, in the truth
 * alone precision 1 and recall 0; F is 0 for both.
 */
public final class BoundaryF implements Serializable {
  private static final long serialVersionUID = 3;

  /** Shares are summed as multiples of its inverse, since sums of doubles depend on their order. */
  private static final double UNIT = 1L << 40;

  private final Tolerance tolerance;

  /** Of one element: the number of pictures. */
  private final long[] pictures = new long[1];

  private final long[] pairs;
  private final long[] f;
  private final long[] precision;
  private final long[] recall;

  /**
   * Nothing scored yet.
   *
   * @param classes 1 to 255
   * @param tolerance boundaries match within dx² + dy² ≤ tolerance²; DAVIS has 0.008 of the
   *     diagonal
   * @throws IllegalArgumentException if the number of classes is out of range
   */
  public BoundaryF(int classes, Tolerance tolerance) {
    this.tolerance = tolerance;
    pairs = new long[ClassMaps.checkClasses(classes)];
    f = new long[classes];
    precision = new long[classes];
    recall = new long[classes];
  }

  /**
   * Scores a picture. Where the true id is no class, the pixel is ignored.
   *
   * @throws IllegalArgumentException if sizes differ, or a counted pixel's prediction is no class
   */
  public void add(LabelMap truth, LabelMap prediction) {
    add(Boundaries.of(truth, prediction, classes()));
  }

  /**
   * The boundaries of a picture, which do not depend on the tolerance. By class; null for a class
   * without any.
   *
   * @param width of the picture
   * @param height of the picture
   */
  record Boundaries(int width, int height, BoundaryMask[] truths, BoundaryMask[] predictions) {
    static Boundaries of(LabelMap truth, LabelMap prediction, int classes) {
      ClassMaps.checkSizes(truth, prediction);
      return new Boundaries(
          truth.width(),
          truth.height(),
          BoundaryMask.of(truth, classes),
          BoundaryMask.of(ClassMaps.prediction(prediction, truth, classes), classes));
    }
  }

  /** Scores a picture by its boundaries. */
  void add(Boundaries boundaries) {
    double pixels = tolerance.pixels(boundaries.width(), boundaries.height());
    BoundaryMask[] truths = boundaries.truths();
    BoundaryMask[] predictions = boundaries.predictions();
    pictures[0]++;
    for (int c = 0; c < classes(); c++) {
      if (truths[c] != null && predictions[c] != null) {
        add(c, share(predictions[c], truths[c], pixels), share(truths[c], predictions[c], pixels));
      } else if (truths[c] != null) {
        add(c, 1, 0);
      } else if (predictions[c] != null) {
        add(c, 0, 1);
      }
    }
  }

  private static double share(BoundaryMask boundary, BoundaryMask other, double pixels) {
    return (double) boundary.countIn(other.dilated(pixels)) / boundary.count();
  }

  private void add(int trainId, double p, double r) {
    pairs[trainId]++;
    precision[trainId] += Math.round(p * UNIT);
    recall[trainId] += Math.round(r * UNIT);
    f[trainId] += p + r == 0 ? 0 : Math.round(2 * p * r / (p + r) * UNIT);
  }

  /** Adds what another one has scored to this one, and returns this one. */
  public BoundaryF merge(BoundaryF other) {
    if (other.classes() != classes() || !other.tolerance.equals(tolerance)) {
      throw new IllegalArgumentException(
          "boundary F of %d classes within %s cannot be added to that of %d within %s"
              .formatted(other.classes(), other.tolerance, classes(), tolerance));
    }
    add(pictures, other.pictures);
    add(pairs, other.pairs);
    add(f, other.f);
    add(precision, other.precision);
    add(recall, other.recall);
    return this;
  }

  private static void add(long[] sums, long[] others) {
    Arrays.setAll(sums, i -> sums[i] + others[i]);
  }

  /** All that merging adds up. */
  List<long[]> sums() {
    return List.of(pictures, pairs, f, precision, recall);
  }

  /** Number of classes. */
  public int classes() {
    return pairs.length;
  }

  /** The distance within which boundaries match. */
  public Tolerance tolerance() {
    return tolerance;
  }

  /** Pictures scored. */
  public long pictures() {
    return pictures[0];
  }

  /** Pictures in which the class has a boundary, true or predicted. */
  public long pictures(int trainId) {
    return pairs[trainId];
  }

  /** F per class, 0..1: mean over the pictures where it has a boundary; NaN without any. */
  public double[] f() {
    return means(f);
  }

  /** Precision per class, 0..1: mean over the pictures where it has a boundary, NaN without any. */
  public double[] precision() {
    return means(precision);
  }

  /** Recall per class, 0..1: mean over the pictures where it has a boundary, NaN without any. */
  public double[] recall() {
    return means(recall);
  }

  private double[] means(long[] sums) {
    double[] means = new double[classes()];
    Arrays.setAll(means, c -> sums[c] / UNIT / pairs[c]);
    return means;
  }

  /**
   * Mean F over all pairs of picture and class with a boundary, true or predicted, 0..1; NaN
   * without any.
   */
  public double mean() {
    return Arrays.stream(f).sum() / UNIT / Arrays.stream(pairs).sum();
  }

  /**
   * Mean F as the published code has it, 0..1: a class without a boundary in both maps counts as 1,
   * which flatters data sets with many rare classes. NaN without pictures.
   */
  public double publishedMean() {
    long absent = pictures[0] * classes() - Arrays.stream(pairs).sum();
    return (Arrays.stream(f).sum() / UNIT + absent) / (pictures[0] * classes());
  }
}
