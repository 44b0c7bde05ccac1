package io.inverseform.job.synthesize;

/**
 * A point of a surface: its coordinates there and its distance, in metres. Reused, hence mutable.
 */
final class Spot {
  double u;
  double v;
  double depth;
}
