package io.inverseform.job.synthesize;

/** Smooth noise over the plane, a function of a seed and a place. */
final class Noise {
  private final int seed;

  Noise(long seed) {
    this.seed = (int) (seed ^ seed >>> 32);
  }

  /** Uniform in 0..1 and constant within unit cells. */
  double cell(double u, double v) {
    return hash((int) Math.floor(u), (int) Math.floor(v));
  }

  /** Value noise in 0..1 with features of unit size. */
  double smooth(double u, double v) {
    double floorU = Math.floor(u);
    double floorV = Math.floor(v);
    int i = (int) floorU;
    int j = (int) floorV;
    double s = ease(u - floorU);
    double t = ease(v - floorV);
    double near = hash(i, j) + s * (hash(i + 1, j) - hash(i, j));
    double far = hash(i, j + 1) + s * (hash(i + 1, j + 1) - hash(i, j + 1));
    return near + t * (far - near);
  }

  /** Three octaves of value noise, 0..1, the coarsest with features of unit size. */
  double rough(double u, double v) {
    return (4 * smooth(u, v)
            + 2 * smooth(2.1 * u + 17, 2.1 * v + 5)
            + smooth(4.3 * u + 31, 4.3 * v + 11))
        / 7;
  }

  private static double ease(double t) {
    return t * t * (3 - 2 * t);
  }

  private double hash(int i, int j) {
    int h = seed + i * 0x27D4EB2D + j * 0x165667B1;
    h = (h ^ h >>> 15) * 0x2C1B3C6D;
    h = (h ^ h >>> 12) * 0x297A2D39;
    return ((h ^ h >>> 15) >>> 8) * 0x1p-24;
  }
}
