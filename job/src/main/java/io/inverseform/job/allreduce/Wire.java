package io.inverseform.job.allreduce;

/** What gradients and weights travel as between workers. */
public enum Wire {
  /** As they are; weights are written straight into the peers' memory. */
  FLOAT32,

  /**
   * Half the bytes: rounded to nearest even, in both directions, with what rounding leaves out kept
   * for the next step; see {@link Rounding}.
   */
  BFLOAT16
}
