package io.inverseform.job.train;

import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A rank's part of work that all ranks do together.
 *
 * @param sum adds up values over all ranks, which must all call it with as many
 */
public record Share(int rank, int worldSize, UnaryOperator<double[]> sum) {
  /** This rank's indices of the given number, contiguous. */
  public IntStream of(int count) {
    int from = (int) ((long) count * rank / worldSize);
    int to = (int) ((long) count * (rank + 1) / worldSize);
    return IntStream.range(from, to);
  }

  /**
   * Adds up whole numbers over all ranks, exactly: as halves that are whole in a double.
   *
   * @param values 0 or more
   */
  public long[] sum(long[] values) {
    double[] halves = new double[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      halves[2 * i] = values[i] >>> Integer.SIZE;
      halves[2 * i + 1] = Integer.toUnsignedLong((int) values[i]);
    }
    double[] sums = sum.apply(halves);
    long[] all = new long[values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = ((long) sums[2 * i] << Integer.SIZE) + (long) sums[2 * i + 1];
    }
    return all;
  }
}
