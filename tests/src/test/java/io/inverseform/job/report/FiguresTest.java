package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void differencesHaveASignAndNoneWhereTheyRoundToNothing() {
    assertThat(Figures.difference(0.0126)).isEqualTo("+0.013");
    assertThat(Figures.difference(-0.2)).isEqualTo("\u22120.200");
    assertThat(Figures.difference(-0.0004)).isEqualTo("±0.000");
    assertThat(Figures.difference(Double.NaN)).isEqualTo("–");
    assertThat(Figures.sign(-0.0004)).isZero();
    assertThat(Figures.sign(-0.0006)).isEqualTo(-1);
    assertThat(Figures.sign(0.0006)).isEqualTo(1);
    assertThat(Figures.sign(Double.NaN)).isZero();
  }

  @Test
  void timesAndAmountsHaveAUnitToRead() {
    assertThat(Figures.seconds(0.0123)).isEqualTo("12.3 ms");
    assertThat(Figures.seconds(2.5)).isEqualTo("2.50 s");
    assertThat(Figures.duration(59.6)).isEqualTo("1 min 00 s");
    assertThat(Figures.duration(7384)).isEqualTo("2 h 03 min");
    assertThat(Figures.any(123.456)).isEqualTo("123.5");
    assertThat(Figures.any(0.00001234)).isEqualTo("1.23e\u221205");
    assertThat(Figures.count(1234567)).isEqualTo("1,234,567");
    assertThat(Figures.percent(0.123)).isEqualTo("12.3 %");
  }
}
