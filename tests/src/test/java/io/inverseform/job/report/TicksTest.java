package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TicksTest {
  private static List<String> labels(Ticks ticks) {
    return ticks.ticks().stream().map(Ticks.Tick::label).toList();
  }

  @Test
  void labelsAreRoundNumbersAroundTheValues() {
    assertThat(labels(Ticks.around(0, 4.2, false))).containsExactly("0", "2", "4", "6");
    assertThat(labels(Ticks.around(-0.3, 0.72, false))).containsExactly("-0.5", "0", "0.5", "1");
    assertThat(labels(Ticks.around(0, 0.00042, false)))
        .containsExactly("0", "2e-4", "4e-4", "6e-4");
    assertThat(labels(Ticks.around(0, 0, false))).containsExactly("0", "0.5", "1");
  }

  @Test
  void stepsEndWhereTheRunDoes() {
    Ticks steps = Ticks.exactly(0, 160_000);
    assertThat(labels(steps)).containsExactly("0", "50k", "100k", "150k");
    assertThat(steps.place(160_000)).isEqualTo(1);
  }

  @Test
  void powersOfTenOnALogarithmicAxis() {
    Ticks ticks = Ticks.around(0.02, 30, true);
    assertThat(labels(ticks)).containsExactly("0.01", "0.1", "1", "10", "100");
    assertThat(ticks.place(1)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void anyValuesLieOnTheirAxisWhichHasAFewLabels() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 500; i++) {
      double least = random.nextBoolean() ? 0 : -Math.pow(10, random.nextDouble(-7, 7));
      double greatest = Math.pow(10, random.nextDouble(-7, 7));
      Ticks ticks = Ticks.around(least, greatest, false);
      assertThat(ticks.place(least)).isBetween(-1e-6, 1.0);
      assertThat(ticks.place(greatest)).isBetween(0.0, 1 + 1e-6);
      assertThat(ticks.ticks()).hasSizeBetween(2, 7);
    }
  }
}
