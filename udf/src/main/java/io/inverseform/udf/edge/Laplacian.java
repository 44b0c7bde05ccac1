package io.inverseform.udf.edge;

/** The 3x3 kernels that the Laplacian is computed with. */
public enum Laplacian {
  /** {@link Kernel3x3#LAPLACIAN_CROSS}; steepness of a map of 0 and 1 is at most 4. */
  CROSS(Steepness.LAPLACIAN_CROSS),

  /** {@link Kernel3x3#LAPLACIAN_DIAGONAL}; steepness of a map of 0 and 1 is at most 8. */
  DIAGONAL(Steepness.LAPLACIAN_DIAGONAL);

  private final Steepness steepness;

  Laplacian(Steepness steepness) {
    this.steepness = steepness;
  }

  Steepness steepness() {
    return steepness;
  }
}
