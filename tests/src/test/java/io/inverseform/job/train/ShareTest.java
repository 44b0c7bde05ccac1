package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ShareTest {
  @Test
  void sumsAreExactBeyondTheWholeNumbersOfADouble() {
    UnaryOperator<double[]> threeAlike =
        values -> Arrays.stream(values).map(value -> value + value + value).toArray();
    long[] values = {0, 1, (1L << 32) - 1, (1L << 53) + 1, Long.MAX_VALUE / 3};
    assertThat(new Share(0, 3, threeAlike).sum(values))
        .containsExactly(Arrays.stream(values).map(value -> 3 * value).toArray());
  }
}
