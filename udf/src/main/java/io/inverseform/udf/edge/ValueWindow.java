package io.inverseform.udf.edge;

/**
 * A 3x3 operator on the label map taken as a grey picture: the plain textbook form, for comparison.
 * Steepness depends on class numbers, and differences on either side can cancel.
 */
abstract class ValueWindow extends Window3x3 {
  private static final long serialVersionUID = 1;

  private final Steepness steepness;

  ValueWindow(Steepness steepness, double threshold, Border border, Ignored ignored) {
    super(steepness.leastSquare(threshold, 255), border, ignored);
    this.steepness = steepness;
  }

  @Override
  final int square(long ring, int middle, int enough) {
    return steepness.square(ring, middle);
  }
}
