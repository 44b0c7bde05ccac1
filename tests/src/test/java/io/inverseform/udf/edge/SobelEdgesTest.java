package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class SobelEdgesTest {
  @Test
  void equalsThePlainDefinitionOnRandomMapsOfAllSizes() {
    KeyedRandom random = new KeyedRandom(1);
    for (int round = 0; round < 300; round++) {
      LabelMap map = RandomMaps.blocks(random, 1 + random.nextInt(40), 1 + random.nextInt(12));
      double threshold = random.nextDouble(0.1, 4.47);
      assertThat(new SobelEdges(threshold).edges(map))
          .as("round %d, %s, threshold %f", round, map, threshold)
          .isEqualTo(plain(map, threshold));
    }
  }

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

  private static LabelMap plain(LabelMap map, double threshold) {
    byte[] edges = new byte[map.ids().length];
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        double best = 0;
        for (int c = 0; c < LabelMap.IGNORE; c++) {
          int gx = 0;
          int gy = 0;
          for (int d = -1; d <= 1; d++) {
            int weight = d == 0 ? 2 : 1;
            gx += weight * (one(map, x + 1, y + d, c) - one(map, x - 1, y + d, c));
            gy += weight * (one(map, x + d, y + 1, c) - one(map, x + d, y - 1, c));
          }
          best = Math.max(best, Math.sqrt(gx * gx + gy * gy));
        }
        boolean ignored = false;
        for (int d = 0; d < 9; d++) {
          ignored |= one(map, x + d % 3 - 1, y + d / 3 - 1, LabelMap.IGNORE) == 1;
        }
        edges[y * map.width() + x] = (byte) (best >= threshold && !ignored ? 1 : 0);
      }
    }
    return new LabelMap(map.width(), map.height(), edges);
  }

  private static int one(LabelMap map, int x, int y, int id) {
    int column = Math.max(0, Math.min(map.width() - 1, x));
    int row = Math.max(0, Math.min(map.height() - 1, y));
    return map.id(column, row) == id ? 1 : 0;
  }
}
