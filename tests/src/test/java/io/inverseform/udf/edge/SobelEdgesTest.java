package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import org.junit.jupiter.api.Test;

class SobelEdgesTest {
  @Test
  void frameIsNoEdge() {
    LabelMap map = new LabelMap(5, 4, new byte[20]);
    assertThat(new SobelEdges(1).edges(map).ids()).containsOnly(0);
  }

  @Test
  void roadMakesEdges() {
    LabelMap map = new LabelMap(4, 1, new byte[] {0, 0, 3, 3});
    assertThat(new SobelEdges(1).edges(map).ids()).containsExactly(0, 1, 1, 0);
  }

  @Test
  void classNumbersDoNotMatter() {
    LabelMap near = new LabelMap(4, 1, new byte[] {1, 1, 2, 2});
    LabelMap far = new LabelMap(4, 1, new byte[] {0, 0, (byte) 200, (byte) 200});
    for (double threshold : new double[] {1, 2, 4}) {
      SobelEdges operator = new SobelEdges(threshold);
      assertThat(operator.edges(near)).isEqualTo(operator.edges(far));
    }
  }

  @Test
  void ignoredRegionsMakeNoEdge() {
    byte ignored = (byte) LabelMap.IGNORE;
    LabelMap map = new LabelMap(7, 1, new byte[] {1, 1, ignored, 2, 2, 3, 3});
    assertThat(new SobelEdges(1).edges(map).ids()).containsExactly(0, 0, 0, 0, 1, 1, 0);
  }

  @Test
  void refusesThresholdsThatEveryPixelOrNoPixelReaches() {
    assertThatThrownBy(() -> new SobelEdges(0))
        .hasMessageStartingWith("Sobel threshold must be above 0 and at most 4.47")
        .hasMessageEndingWith("is 0.0");
    assertThatThrownBy(() -> new SobelEdges(4.5)).hasMessageEndingWith("is 4.5");
    assertThatThrownBy(() -> new SobelEdges(Double.NaN)).hasMessageEndingWith("is NaN");
  }

  @Test
  void thresholdIsReachedByEqualMagnitude() {
    for (int square = 1; square <= 20; square++) {
      assertThat(Steepness.leastSquare(Math.sqrt(square))).isEqualTo(square);
      assertThat(Steepness.leastSquare(Math.nextUp(Math.sqrt(square)))).isEqualTo(square + 1);
    }
  }
}
