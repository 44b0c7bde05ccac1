package io.inverseform.job.config;

import java.io.Serializable;

/**
 * How boundary ground truth is made of label maps.
 *
 * @param threshold for Sobel and Laplacian: a pixel is an edge if the largest response of any
 *     class's map of 0 and 1 is at least this; every threshold up to 1 means any difference
 * @param kernel for Laplacian
 * @param radius for distance: pixels to another class, Euclidean
 * @param ignored what ignored pixels do to the edges near them
 */
public record EdgeConfig(
    Operator operator, double threshold, Kernel kernel, double radius, Ignored ignored)
    implements Serializable {
  /** What edges are found by. */
  public enum Operator {
    /** Gradient magnitude of each class's map, 3x3. */
    SOBEL,
    /** Second derivative of each class's map, 3x3. */
    LAPLACIAN,
    /** Euclidean distance to another class. */
    DISTANCE
  }

  /** 3x3 kernels of the Laplacian. */
  public enum Kernel {
    /** The four nearest pixels. */
    CROSS,
    /** The four corners. */
    DIAGONAL
  }

  /** What ignored pixels are to the edges near them. */
  public enum Ignored {
    /** One more class. */
    CLASS,
    /** Outside of every class. */
    OUTSIDE,
    /** Never the cause of an edge. */
    NO_EDGE,
    /** Pixels within the operator's reach of them are no edge. */
    DROPPED
  }

  public EdgeConfig {
    Check.given("operator", operator);
    Check.given("kernel", kernel);
    Check.given("ignored", ignored);
    if (operator == Operator.DISTANCE) {
      Check.that(radius >= 1 && radius <= 32_000, "radius", radius, "in 1..32000");
    } else {
      double max = operator == Operator.SOBEL ? Math.sqrt(20) : kernel == Kernel.CROSS ? 4 : 8;
      Check.that(
          threshold > 0 && threshold <= max, "threshold", threshold, "above 0, at most " + max);
    }
  }
}
