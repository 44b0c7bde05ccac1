package io.inverseform.notebooks;

/**
 * An affine map by which a tile is moved: output(x) = input(theta x), in coordinates from -1 to 1
 * between the tile's borders.
 *
 * @param theta (2, 3), row-major
 */
public record Warp(float... theta) {
  /** Nothing moves. */
  public static final Warp IDENTITY = new Warp(1, 0, 0, 0, 1, 0);

  /** Checks the number of values. */
  public Warp {
    if (theta.length != 6) {
      throw new IllegalArgumentException("a warp has 6 numbers, not " + theta.length);
    }
  }

  /**
   * Edges move by so many pixels.
   *
   * @param degrees direction: 0 to the right, 90 downwards
   * @param tile pixels on a side
   */
  public static Warp shift(double pixels, double degrees, int tile) {
    double length = -2 * pixels / tile;
    double angle = Math.toRadians(degrees);
    return new Warp(
        1, 0, (float) (length * Math.cos(angle)), 0, 1, (float) (length * Math.sin(angle)));
  }

  /** Edges turn around the tile's middle, clockwise. */
  public static Warp rotation(double degrees) {
    float cos = (float) Math.cos(Math.toRadians(degrees));
    float sin = (float) Math.sin(Math.toRadians(degrees));
    return new Warp(cos, sin, 0, -sin, cos, 0);
  }

  /** Edges move away from the tile's middle by this factor, or towards it below 1. */
  public static Warp scale(double factor) {
    float inverse = (float) (1 / factor);
    return new Warp(inverse, 0, 0, 0, inverse, 0);
  }
}
