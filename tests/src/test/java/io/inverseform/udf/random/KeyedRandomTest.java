package io.inverseform.udf.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyedRandomTest {
  @Test
  void sameKeysGiveTheSameStream() {
    KeyedRandom a = new KeyedRandom(7, 1, 2);
    KeyedRandom b = new KeyedRandom(7, 1, 2);
    for (int i = 0; i < 100; i++) {
      assertThat(a.nextLong()).isEqualTo(b.nextLong());
      assertThat(a.nextGaussian()).isEqualTo(b.nextGaussian());
    }
  }

  @Test
  void streamsAreFixedForAllTimes() {
    // Stored runs are resumed by later builds: these values must never change.
    assertThat(new KeyedRandom(1).nextLong()).isEqualTo(6791897765849424158L);
    assertThat(new KeyedRandom(1, 2, 3).nextLong()).isEqualTo(-5757861435955214827L);
    assertThat(KeyedRandom.hash("backbone.conv1")).isEqualTo(3105846496012188859L);
  }

  @Test
  void orderAndNumberOfKeysCount() {
    Set<Long> firsts = new HashSet<>();
    firsts.add(new KeyedRandom(0).nextLong());
    firsts.add(new KeyedRandom(0, 0).nextLong());
    firsts.add(new KeyedRandom(0, 0, 0).nextLong());
    firsts.add(new KeyedRandom(0, 1, 0).nextLong());
    firsts.add(new KeyedRandom(0, 0, 1).nextLong());
    firsts.add(new KeyedRandom(1, 0, 0).nextLong());
    assertThat(firsts).hasSize(6);
  }

  @Test
  void neighbouringKeysAreUncorrelated() {
    double sum = 0;
    int keys = 20_000;
    for (int key = 0; key < keys; key++) {
      double a = new KeyedRandom(5, key).nextDouble() - 0.5;
      double b = new KeyedRandom(5, key + 1).nextDouble() - 0.5;
      sum += 12 * a * b;
    }
    assertThat(sum / keys).isCloseTo(0, within(0.03));
  }

  @Test
  void boundedIntegersAreUniform() {
    KeyedRandom random = new KeyedRandom(3);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }

  @Test
  void boundsBeyondHalfTheRangeStayInRange() {
    KeyedRandom random = new KeyedRandom(4);
    for (int i = 0; i < 10_000; i++) {
      assertThat(random.nextInt(Integer.MAX_VALUE)).isBetween(0, Integer.MAX_VALUE - 1);
    }
  }

  @Test
  void refusesAnEmptyRange() {
    assertThatThrownBy(() -> new KeyedRandom(0).nextInt(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bound must be positive, is 0");
  }

  @Test
  void gaussiansHaveMeanZeroAndVarianceOne() {
    KeyedRandom random = new KeyedRandom(11);
    double sum = 0;
    double squares = 0;
    int draws = 100_000;
    for (int i = 0; i < draws; i++) {
      double value = random.nextGaussian();
      sum += value;
      squares += value * value;
    }
    assertThat(sum / draws).isCloseTo(0, within(0.02));
    assertThat(squares / draws).isCloseTo(1, within(0.03));
  }

  @Test
  void uniformsStayBelowOne() {
    KeyedRandom random = new KeyedRandom(12);
    for (int i = 0; i < 100_000; i++) {
      assertThat(random.nextFloat()).isBetween(0f, Math.nextDown(1f));
      assertThat(random.nextDouble(2, 3)).isBetween(2.0, Math.nextDown(3.0));
    }
  }

  @Test
  void shuffleKeepsEveryEntry() {
    int[] values = IntStream.range(0, 1000).toArray();
    new KeyedRandom(9).shuffle(values);
    assertThat(values).isNotEqualTo(IntStream.range(0, 1000).toArray());
    assertThat(IntStream.of(values).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1000).toArray());
  }
}
