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
  final int square(int[] window, int enough) {
    int best = channel(window, window[8]);
    int before = NONE;
    // Around the ring, the first pixel of a run stands for all of it.
    for (int i = 0; i < 8 && best < enough; i++) {
      int id = window[i];
      if (id != before) {
        best = Math.max(best, channel(window, id));
      }
      before = id;
    }
    return best;
  }

  private int channel(int[] window, int id) {
    if (id == withoutChannel) {
      return 0;
    }
    int pattern = 0;
    for (int i = 0; i < Kernel3x3.SIZE; i++) {
      pattern |= (window[i] == id ? 1 : 0) << i;
    }
    return steepness.squareOfPattern(pattern);
  }
}
