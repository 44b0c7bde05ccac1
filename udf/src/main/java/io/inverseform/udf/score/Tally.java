package io.inverseform.udf.score;

import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All scores of predicted label maps against true ones. Sums of whole numbers: merged parts give
 * the same as one pass, in any order. Not thread-safe.
 */
public final class Tally implements Serializable {
  private static final long serialVersionUID = 1;

  private final Measures measures;
  private final ConfusionMatrix matrix;
  private final List<BoundaryF> boundaries = new ArrayList<>();
  private final BoundaryIou boundaryIou;
  private final List<TrimapIou> trimaps = new ArrayList<>();

  /**
   * Nothing scored yet.
   *
   * @param classes 1 to 255
   */
  public Tally(int classes, Measures measures) {
    this.measures = measures;
    matrix = new ConfusionMatrix(classes);
    measures.boundaryF().forEach(tolerance -> boundaries.add(new BoundaryF(classes, tolerance)));
    boundaryIou = new BoundaryIou(classes, measures.boundaryIou());
    measures.trimap().forEach(width -> trimaps.add(new TrimapIou(classes, width, Ignored.NO_EDGE)));
  }

  /** Nothing scored yet, measured as here. */
  public Tally empty() {
    return new Tally(matrix.classes(), measures);
  }

  /**
   * Scores a picture, and returns this tally.
   *
   * @throws IllegalArgumentException if sizes differ, or a counted pixel's prediction is no class
   */
  public Tally add(LabelMap truth, LabelMap prediction) {
    matrix.add(truth, prediction);
    BoundaryF.Boundaries found = BoundaryF.Boundaries.of(truth, prediction, matrix.classes());
    boundaries.forEach(boundary -> boundary.add(found));
    boundaryIou.add(truth, prediction);
    trimaps.forEach(trimap -> trimap.add(truth, prediction));
    return this;
  }

  /** Adds another tally to this one, and returns this one. */
  public Tally merge(Tally other) {
    if (!other.measures.equals(measures) || other.matrix.classes() != matrix.classes()) {
      throw new IllegalArgumentException(
          "a tally of %d classes by %s cannot be added to one of %d by %s"
              .formatted(other.matrix.classes(), other.measures, matrix.classes(), measures));
    }
    return add(other.counts());
  }

  /** All that has been counted, which {@link #add(long[])} takes; each 0 or more. */
  public long[] counts() {
    return sums().stream().flatMapToLong(Arrays::stream).toArray();
  }

  /**
   * Adds the counts of tallies with the same measures, or sums of them.
   *
   * @throws IllegalArgumentException if they are not as many as here
   */
  public Tally add(long[] counts) {
    List<long[]> sums = sums();
    int length = sums.stream().mapToInt(sum -> sum.length).sum();
    if (counts.length != length) {
      throw new IllegalArgumentException(
          counts.length + " counts cannot be added to a tally of " + length);
    }
    int at = 0;
    for (long[] sum : sums) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += counts[at++];
      }
    }
    return this;
  }

  private List<long[]> sums() {
    List<long[]> sums = new ArrayList<>(matrix.sums());
    boundaries.forEach(boundary -> sums.addAll(boundary.sums()));
    sums.addAll(boundaryIou.sums());
    trimaps.forEach(trimap -> sums.addAll(trimap.sums()));
    return sums;
  }

  /** Pixels by true and predicted class. */
  public ConfusionMatrix matrix() {
    return matrix;
  }

  /** Boundary F at every tolerance, in the order of the measures; at least one. */
  public List<BoundaryF> boundaries() {
    return List.copyOf(boundaries);
  }

  /** Boundary IoU. */
  public BoundaryIou boundaryIou() {
    return boundaryIou;
  }

  /**
   * IoU in every band, in the order of the measures. Ignored pixels make no boundary ({@link
   * Ignored#NO_EDGE}).
   */
  public List<TrimapIou> trimaps() {
    return List.copyOf(trimaps);
  }
}
