package io.inverseform.udf.score;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Pixel counts by true class (row) and predicted class (column), and the scores that follow from
 * them. Sums of whole numbers: merged parts give the same as one pass, in any order. Not
 * thread-safe.
 */
public final class ConfusionMatrix implements Serializable {
  private static final long serialVersionUID = 1;

  private final int classes;
  private final long[] counts;

  /** An empty matrix of 1 to 255 classes. */
  public ConfusionMatrix(int classes) {
    this(classes, new long[Math.multiplyExact(classes, classes)]);
  }

  /**
   * A matrix of known counts.
   *
   * @param counts (classes, classes), true class by predicted class, row by row
   */
  public static ConfusionMatrix of(int classes, long[] counts) {
    if (counts.length != Math.multiplyExact(classes, classes)) {
      throw new IllegalArgumentException(
          counts.length + " counts are no matrix of " + classes + " classes");
    }
    return new ConfusionMatrix(classes, counts.clone());
  }

  private ConfusionMatrix(int classes, long[] counts) {
    this.classes = ClassMaps.checkClasses(classes);
    this.counts = counts;
  }

  /**
   * Counts a picture. Pixels whose true id is no class (ignored) are skipped.
   *
   * @throws IllegalArgumentException if sizes differ, or a counted pixel's prediction is no class
   */
  public void add(LabelMap truth, LabelMap prediction) {
    ClassMaps.checkSizes(truth, prediction);
    byte[] rows = truth.ids();
    byte[] columns = prediction.ids();
    for (int i = 0; i < rows.length; i++) {
      int row = rows[i] & 0xFF;
      if (row >= classes) {
        continue;
      }
      int column = columns[i] & 0xFF;
      ClassMaps.checkPrediction(column, i, classes);
      counts[row * classes + column]++;
    }
  }

  /** Adds the counts of another matrix to this one, and returns this one. */
  public ConfusionMatrix merge(ConfusionMatrix other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "a matrix of " + other.classes + " classes cannot be added to one of " + classes);
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    return this;
  }

  /** All that merging adds up. */
  List<long[]> sums() {
    return List.of(counts);
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Pixels of that true class which were predicted as that class. */
  public long count(int truth, int prediction) {
    return counts[truth * classes + prediction];
  }

  /** Pixels counted. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** Pixels of a true class. */
  public long truths(int trainId) {
    long sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += count(trainId, c);
    }
    return sum;
  }

  /** Pixels predicted as a class. */
  public long predictions(int trainId) {
    long sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += count(c, trainId);
    }
    return sum;
  }

  /** Intersection over union per class, 0..1; NaN for a class in neither truth nor prediction. */
  public double[] iou() {
    double[] iou = new double[classes];
    for (int c = 0; c < classes; c++) {
      long hits = count(c, c);
      iou[c] = (double) hits / (truths(c) + predictions(c) - hits);
    }
    return iou;
  }

  /** Mean of {@link #iou} over the classes that have one; NaN if none has. */
  public double meanIou() {
    return ClassMaps.meanOfNumbers(iou());
  }

  /** Share of pixels that were predicted rightly, 0..1; NaN without pixels. */
  public double accuracy() {
    long hits = 0;
    for (int c = 0; c < classes; c++) {
      hits += count(c, c);
    }
    return (double) hits / total();
  }

  /** Share of each true class's pixels that were predicted rightly; NaN for an absent class. */
  public double[] classAccuracy() {
    double[] accuracy = new double[classes];
    for (int c = 0; c < classes; c++) {
      accuracy[c] = (double) count(c, c) / truths(c);
    }
    return accuracy;
  }

  /** Mean of {@link #classAccuracy} over the classes that occur; NaN if none does. */
  public double meanAccuracy() {
    return ClassMaps.meanOfNumbers(classAccuracy());
  }

  /**
   * Mean of {@link #iou} weighted by each true class's share of the pixels, 0..1 (Long, Shelhamer
   * and Darrell, "Fully Convolutional Networks for Semantic Segmentation", 2015); NaN without
   * pixels.
   */
  public double frequencyWeightedIou() {
    double[] iou = iou();
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      long truths = truths(c);
      sum += truths == 0 ? 0 : truths * iou[c];
    }
    return sum / total();
  }
}
