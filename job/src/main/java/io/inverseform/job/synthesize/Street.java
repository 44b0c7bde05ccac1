package io.inverseform.job.synthesize;

import io.inverseform.udf.random.KeyedRandom;

/**
 * The plan of a street, in metres.
 *
 * @param left x of the road's left edge at the camera, negative
 * @param right x of its right edge
 * @param leftWalk width of the left pavement
 * @param rightWalk width of the right pavement
 * @param bend how fast the street drifts sideways: metres per square metre ahead
 * @param sunFromLeft whether the right side of the street is the sunny one
 * @param sunshine 0 for an overcast sky, 1 for hard light
 */
record Street(
    double left,
    double right,
    double leftWalk,
    double rightWalk,
    double bend,
    boolean sunFromLeft,
    double sunshine) {
  /** How far ahead the street is drawn. */
  static final double END = 110;

  static Street random(KeyedRandom random) {
    double lane = random.nextDouble(2.8, 3.6);
    int lanes = 2 + random.nextInt(3);
    double parking = random.nextDouble(0, 2.2);
    double left = -lane * (0.5 + random.nextInt(lanes)) - parking;
    double right = left + lane * lanes + 2 * parking;
    return new Street(
        left,
        Math.max(right, 2),
        random.nextDouble(1.8, 4.5),
        random.nextDouble(1.8, 4.5),
        random.nextGaussian() * 0.0022,
        random.nextBoolean(),
        random.nextDouble(0, 1));
  }

  /** Sideways drift at a distance. */
  double drift(double z) {
    return bend * z * z;
  }

  /** The side's road edge at a distance; side is -1 for left, 1 for right. */
  double kerb(int side, double z) {
    return (side < 0 ? left : right) + drift(z);
  }

  /** The side's building line at a distance. */
  double front(int side, double z) {
    return side < 0 ? left - leftWalk + drift(z) : right + rightWalk + drift(z);
  }

  double walk(int side) {
    return side < 0 ? leftWalk : rightWalk;
  }

  /** Brightness of upright things on a side that face the street. */
  double light(int side) {
    boolean sunny = side > 0 == sunFromLeft;
    return 1 + sunshine * (sunny ? 0.2 : -0.35);
  }
}
