package io.inverseform.job.torch;

/**
 * The workers that run a training step together, as one of them sees them. All must make the same
 * calls in the same order.
 */
public interface Group {
  /** A worker on its own. */
  Group ALONE =
      new Group() {
        @Override
        public int size() {
          return 1;
        }

        @Override
        public double[] sum(double[] values) {
          return values.clone();
        }
      };

  /** Number of workers. */
  int size();

  /**
   * Element-wise sum over all workers, in rank order, so that all get the same bits.
   *
   * @param values as many on every worker; not changed
   * @return a new array
   */
  double[] sum(double[] values);
}
