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
}
