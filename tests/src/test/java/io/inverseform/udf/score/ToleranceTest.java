package io.inverseform.udf.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ToleranceTest {
  @Test
  void pixelsAreTheSameInEveryPicture() {
    assertThat(Tolerance.ofPixels(2.5).pixels(10, 10)).isEqualTo(2.5);
    assertThat(Tolerance.ofPixels(2.5).pixels(2048, 1024)).isEqualTo(2.5);
  }

  @Test
  void sharesOfTheDiagonalAreRoundedUp() {
    assertThat(Tolerance.ofDiagonal(0.008).pixels(854, 480)).isEqualTo(8);
    assertThat(Tolerance.ofDiagonal(0.02).pixels(2048, 1024)).isEqualTo(46);
    assertThat(Tolerance.ofDiagonal(0.5).pixels(30, 40)).isEqualTo(25);
    assertThat(Tolerance.ofDiagonal(1e-9).pixels(1, 1)).isEqualTo(1);
    assertThat(Tolerance.ofDiagonal(1).pixels(1, 1 << 27)).isEqualTo(32_000);
  }

  @Test
  void saysWhatItIs() {
    assertThat(Tolerance.ofPixels(3)).hasToString("3 px");
    assertThat(Tolerance.ofPixels(2.5)).hasToString("2.5 px");
    assertThat(Tolerance.ofDiagonal(0.02)).hasToString("0.02 of the diagonal");
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertThatThrownBy(() -> Tolerance.ofPixels(-1))
        .hasMessage("tolerance must be 0 to 32000 pixels, is -1");
    assertThatThrownBy(() -> Tolerance.ofPixels(Double.NaN))
        .hasMessage("tolerance must be 0 to 32000 pixels, is NaN");
    assertThatThrownBy(() -> Tolerance.ofDiagonal(0))
        .hasMessage("tolerance must be a share of the diagonal above 0 and at most 1, is 0");
    assertThatThrownBy(() -> Tolerance.ofDiagonal(1.5))
        .hasMessage("tolerance must be a share of the diagonal above 0 and at most 1, is 1.5");
  }
}
