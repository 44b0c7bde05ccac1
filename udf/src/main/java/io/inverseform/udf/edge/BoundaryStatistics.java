package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;

/**
 * How much boundary the classes of label maps have, and with which other classes. A boundary is
 * where direct neighbours, to the left, right, above or below, are of two classes; the frame and
 * pixels that are no class make none. Sums of whole numbers: merged parts give the same as one
 * pass, in any order. Not thread-safe.
 */
public final class BoundaryStatistics implements Serializable {
  private static final long serialVersionUID = 1;

  private final int classes;
  private final long[] boundaryPixels;
  private final long[] contacts;

  /**
   * Nothing counted yet.
   *
   * @param classes 1 to 255; higher ids are ignored, not only {@link LabelMap#IGNORE}
   * @throws IllegalArgumentException if the number is out of range
   */
  public BoundaryStatistics(int classes) {
    if (classes < 1 || classes > LabelMap.IGNORE) {
      throw new IllegalArgumentException("number of classes must be in 1..255, is " + classes);
    }
    this.classes = classes;
    boundaryPixels = new long[classes];
    contacts = new long[classes * classes];
  }

  /** Counts a label map, and returns these statistics. */
  public BoundaryStatistics add(LabelMap trainIds) {
    BitMap boundary = new BitMap(trainIds.width(), trainIds.height());
    countSides(trainIds, BitMap.unlikeRight(trainIds), 1, 0, boundary);
    countSides(trainIds, BitMap.unlikeBelow(trainIds), 0, 1, boundary);
    for (int y = 0; y < trainIds.height(); y++) {
      for (int x = boundary.next(0, y); x < trainIds.width(); x = boundary.next(x + 1, y)) {
        boundaryPixels[trainIds.id(x, y)]++;
      }
    }
    return this;
  }

  private void countSides(LabelMap map, BitMap unlike, int dx, int dy, BitMap boundary) {
    for (int y = 0; y < map.height(); y++) {
      for (int x = unlike.next(0, y); x < map.width(); x = unlike.next(x + 1, y)) {
        int one = map.id(x, y);
        int other = map.id(x + dx, y + dy);
        if (one < classes && other < classes) {
          contacts[one * classes + other]++;
          contacts[other * classes + one]++;
          boundary.set(x, y);
          boundary.set(x + dx, y + dy);
        }
      }
    }
  }

  /** Adds what others have counted to these, and returns these. */
  public BoundaryStatistics merge(BoundaryStatistics other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "boundary statistics of %d classes cannot be added to those of %d"
              .formatted(other.classes, classes));
    }
    add(boundaryPixels, other.boundaryPixels);
    add(contacts, other.contacts);
    return this;
  }

  private static void add(long[] sums, long[] others) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += others[i];
    }
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Pixels of a class that have a direct neighbour of another class. */
  public long boundaryPixels(int trainId) {
    return boundaryPixels[trainId];
  }

  /**
   * Length of the boundary between two classes in sides of pixels; the same whichever comes first,
   * and 0 of a class with itself.
   */
  public long contact(int trainId, int other) {
    return contacts[trainId * classes + other];
  }

  /** Every {@link #contact}: (classes, classes), row by row, symmetric. */
  public long[] contacts() {
    return contacts.clone();
  }
}
