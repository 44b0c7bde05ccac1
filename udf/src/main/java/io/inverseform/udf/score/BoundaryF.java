package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.Arrays;

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
  private static final long serialVersionUID = 1;

  /** Shares are summed as multiples of its inverse, since sums of doubles depend on their order. */
  private static final double UNIT = 1L << 40;

  private final int tolerance;
  private long pictures;
  private final long[] pairs;
  private final long[] f;
  private final long[] precision;
  private final long[] recall;

  /**
   * Nothing scored yet.
   *
   * @param classes 1 to 255
   * @param tolerance pixels, 0 or more: boundaries match within dx² + dy² ≤ tolerance²
   */
  public BoundaryF(int classes, int tolerance) {
    if (classes < 1 || classes > LabelMap.IGNORE) {
      throw new IllegalArgumentException("number of classes must be in 1..255, is " + classes);
    }
    if (tolerance < 0) {
      throw new IllegalArgumentException("tolerance must be 0 pixels or more, is " + tolerance);
    }
    this.tolerance = tolerance;
    pairs = new long[classes];
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
    if (truth.width() != prediction.width() || truth.height() != prediction.height()) {
      throw new IllegalArgumentException(
          "prediction is " + prediction + ", the truth " + truth + ": scale it to the truth first");
    }
    BoundaryMask[] truths = BoundaryMask.of(truth, classes());
    BoundaryMask[] predictions = BoundaryMask.of(withoutIgnored(prediction, truth), classes());
    pictures++;
    for (int c = 0; c < classes(); c++) {
      if (truths[c] != null && predictions[c] != null) {
        add(c, share(predictions[c], truths[c]), share(truths[c], predictions[c]));
      } else if (truths[c] != null) {
        add(c, 1, 0);
      } else if (predictions[c] != null) {
        add(c, 0, 1);
      }
    }
  }

  private LabelMap withoutIgnored(LabelMap prediction, LabelMap truth) {
    byte[] ids = prediction.ids().clone();
    for (int i = 0; i < ids.length; i++) {
      if ((truth.ids()[i] & 0xFF) >= classes()) {
        ids[i] = (byte) LabelMap.IGNORE;
      } else if ((ids[i] & 0xFF) >= classes()) {
        throw new IllegalArgumentException(
            "predicted id %d at pixel %d is none of %d classes"
                .formatted(ids[i] & 0xFF, i, classes()));
      }
    }
    return new LabelMap(prediction.width(), prediction.height(), ids);
  }

  private double share(BoundaryMask boundary, BoundaryMask other) {
    return (double) boundary.countIn(other.dilated(tolerance)) / boundary.count();
  }

  private void add(int trainId, double p, double r) {
    pairs[trainId]++;
    precision[trainId] += Math.round(p * UNIT);
    recall[trainId] += Math.round(r * UNIT);
    f[trainId] += p + r == 0 ? 0 : Math.round(2 * p * r / (p + r) * UNIT);
  }

  /** Adds what another one has scored to this one, and returns this one. */
  public BoundaryF merge(BoundaryF other) {
    if (other.classes() != classes() || other.tolerance != tolerance) {
      throw new IllegalArgumentException(
          "boundary F of %d classes at %d pixels cannot be added to that of %d at %d"
              .formatted(other.classes(), other.tolerance, classes(), tolerance));
    }
    pictures += other.pictures;
    add(pairs, other.pairs);
    add(f, other.f);
    add(precision, other.precision);
    add(recall, other.recall);
    return this;
  }

  private static void add(long[] sums, long[] others) {
    Arrays.setAll(sums, i -> sums[i] + others[i]);
  }

  /** Number of classes. */
  public int classes() {
    return pairs.length;
  }

  /** Pixels within which boundaries match. */
  public int tolerance() {
    return tolerance;
  }

  /** Pictures scored. */
  public long pictures() {
    return pictures;
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
    long absent = pictures * classes() - Arrays.stream(pairs).sum();
    return (Arrays.stream(f).sum() / UNIT + absent) / (pictures * classes());
  }
}
