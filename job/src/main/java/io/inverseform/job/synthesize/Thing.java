package io.inverseform.job.synthesize;

/**
 * Something that stands on the street.
 *
 * @param depth metres; things are painted in order of falling depth
 */
record Thing(double depth, Paint paint) {
  /** Paints the thing. */
  interface Paint {
    void on(Canvas canvas);
  }
}
