package io.inverseform.udf.score;

import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Boundary IoU of predicted label maps (Cheng, Girshick, Dollár, Berg and Kirillov, "Boundary IoU:
 * Improving Object-Centric Image Segmentation Evaluation", 2021): per class, intersection over
 * union of the inner bands of the true and the predicted mask, counted over all pictures together.
 * A mask's inner band is those of its pixels within the width of a pixel outside the mask, both
 * taken at their centres: a width of 1 is the outermost pixels, joined by their sides.
 *
 * <p>What lies beyond the picture's frame is outside every mask, as in the published code, so a
 * class that reaches the frame has a band along it. Where the true id is no class, the pixel is
 * outside every mask, true and predicted, and is not counted itself; a class that reaches ignored
 * pixels has a band along them. Distances are Euclidean; the published code erodes by 3x3 squares,
 * which reach farther along diagonals.
 *
 * <p>Sums of whole numbers: merged parts give the same as one pass, in any order. Not thread-safe.
 */
public final class BoundaryIou implements Serializable {
  private static final long serialVersionUID = 1;

  private final Tolerance width;
  private final long[] truths;
  private final long[] predictions;
  private final long[] hits;

  /**
   * Nothing scored yet.
   *
   * @param classes 1 to 255
   * @param width of the bands, at least 1 pixel; the paper has 0.02 of the diagonal
   * @throws IllegalArgumentException if either is out of range
   */
  public BoundaryIou(int classes, Tolerance width) {
    truths = new long[ClassMaps.checkClasses(classes)];
    predictions = new long[classes];
    hits = new long[classes];
    this.width = Bands.checkWidth(width);
  }

  /**
   * Counts a picture.
   *
   * @throws IllegalArgumentException if sizes differ, or a counted pixel's prediction is no class
   */
  public void add(LabelMap truth, LabelMap prediction) {
    ClassMaps.checkSizes(truth, prediction);
    byte[] wanted = bands(ClassMaps.truth(truth, classes()));
    byte[] given = bands(ClassMaps.prediction(prediction, truth, classes()));
    for (int i = 0; i < wanted.length; i++) {
      count(truths, wanted[i]);
      count(predictions, given[i]);
      if (wanted[i] == given[i]) {
        count(hits, wanted[i]);
      }
    }
  }

  /** The class in whose band a pixel is; {@link LabelMap#IGNORE} in none. */
  private byte[] bands(LabelMap map) {
    double pixels = width.pixels(map.width(), map.height());
    // Ids that differ are all that matters, and ignored pixels belong to no mask in either map.
    LabelMap edges = new DistanceEdges(pixels, Ignored.OUTSIDE).edges(map);
    Bands.addFrame(edges, pixels);
    return Bands.within(map, edges).ids();
  }

  private static void count(long[] counts, byte id) {
    if (id != (byte) LabelMap.IGNORE) {
      counts[id & 0xFF]++;
    }
  }

  /** Adds what another one has counted to this one, and returns this one. */
  public BoundaryIou merge(BoundaryIou other) {
    if (other.classes() != classes() || !other.width.equals(width)) {
      throw new IllegalArgumentException(
          "boundary IoU of %d classes in bands of %s cannot be added to that of %d in %s"
              .formatted(other.classes(), other.width, classes(), width));
    }
    for (int c = 0; c < classes(); c++) {
      truths[c] += other.truths[c];
      predictions[c] += other.predictions[c];
      hits[c] += other.hits[c];
    }
    return this;
  }

  /** All that merging adds up. */
  List<long[]> sums() {
    return List.of(truths, predictions, hits);
  }

  /** Number of classes. */
  public int classes() {
    return truths.length;
  }

  /** Width of the bands. */
  public Tolerance width() {
    return width;
  }

  /** Pixels in both bands of a class, the true and the predicted one. */
  public long intersection(int trainId) {
    return hits[trainId];
  }

  /** Pixels in at least one of the bands of a class, the true and the predicted one. */
  public long union(int trainId) {
    return truths[trainId] + predictions[trainId] - hits[trainId];
  }

  /** Boundary IoU per class, 0..1; NaN for a class with a band in neither truth nor prediction. */
  public double[] iou() {
    double[] iou = new double[classes()];
    Arrays.setAll(iou, c -> (double) intersection(c) / union(c));
    return iou;
  }

  /** Mean of {@link #iou} over the classes that have one, 0..1; NaN if none has. */
  public double mean() {
    return ClassMaps.meanOfNumbers(iou());
  }
}
