package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;

/**
 * A 3x3 operator per class: every class's map of 0 and 1 is looked at by itself, and the steepest
 * counts. Class numbers do not matter, only where they differ.
 */
abstract class ClassWindow extends Window3x3 {
  private static final long serialVersionUID = 1;

  private static final int NONE = -1;

  private final Steepness steepness;
  private final int withoutChannel;

  ClassWindow(Steepness steepness, double threshold, Border border, Ignored ignored) {
    super(steepness.leastSquare(threshold, 1), border, ignored);
    this.steepness = steepness;
    withoutChannel = ignored == Ignored.CLASS ? NONE : LabelMap.IGNORE;
  }

  @Override
  final int square(long ring, int middle, int enough) {
    int matches = Ring.matches(ring, middle);
    int best = middle == withoutChannel ? 0 : steepness.squareOfPattern(matches, true);
    int left = ~matches & 0xFF;
    while (left != 0 && best < enough) {
      int id = Ring.id(ring, Integer.numberOfTrailingZeros(left));
      matches = Ring.matches(ring, id);
      left &= ~matches;
      if (id != withoutChannel) {
        best = Math.max(best, steepness.squareOfPattern(matches, false));
      }
    }
    return best;
  }
}
