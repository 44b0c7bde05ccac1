package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class BoundaryStatisticsTest {
  private static final int[][] SIDES = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};

  @Test
  void equalThePlainDefinitionOnRandomMapsOfAllSizes() {
    KeyedRandom random = new KeyedRandom(31);
    for (int round = 0; round < 200; round++) {
      int width = 1 + random.nextInt(140);
      int height = 1 + random.nextInt(12);
      LabelMap map =
          round % 2 == 0
              ? RandomMaps.blocks(random, width, height)
              : RandomMaps.specks(random, width, height);
      // Fewer classes than the map has: the others are ignored.
      int classes = 3 + random.nextInt(2);
      BoundaryStatistics statistics = new BoundaryStatistics(classes).add(map);
      long[] pixels = new long[classes];
      long[] contacts = new long[classes * classes];
      count(map, pixels, contacts);
      assertThat(statistics.contacts()).as("round %d, %s", round, map).isEqualTo(contacts);
      for (int c = 0; c < classes; c++) {
        assertThat(statistics.boundaryPixels(c))
            .as("round %d, %s, class %d", round, map, c)
            .isEqualTo(pixels[c]);
      }
    }
  }

  private static void count(LabelMap map, long[] pixels, long[] contacts) {
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        boolean boundary = false;
        int id = map.id(x, y);
        for (int[] side : SIDES) {
          int otherX = x + side[0];
          int otherY = y + side[1];
          boolean inside =
              otherX >= 0 && otherY >= 0 && otherX < map.width() && otherY < map.height();
          int other = inside ? map.id(otherX, otherY) : id;
          if (other != id && other < pixels.length && id < pixels.length) {
            boundary = true;
            contacts[id * pixels.length + other]++;
          }
        }
        if (boundary) {
          pixels[id]++;
        }
      }
    }
  }

  @Test
  void aSquareTouchesItsBackgroundOnFourSides() {
    byte[] ids = new byte[100];
    for (int y = 3; y < 6; y++) {
      for (int x = 3; x < 6; x++) {
        ids[10 * y + x] = 1;
      }
    }
    BoundaryStatistics statistics =
        new BoundaryStatistics(2).add(new LabelMap(10, 10, ids)).add(new LabelMap(10, 10, ids));
    assertThat(statistics.contact(0, 1)).isEqualTo(2 * 12).isEqualTo(statistics.contact(1, 0));
    assertThat(statistics.contact(1, 1)).isZero();
    assertThat(statistics.boundaryPixels(1)).isEqualTo(2 * 8);
    assertThat(statistics.boundaryPixels(0)).isEqualTo(2 * 12);
  }

  @Test
  void mergedPartsEqualOnePass() {
    KeyedRandom random = new KeyedRandom(32);
    BoundaryStatistics whole = new BoundaryStatistics(4);
    BoundaryStatistics merged = new BoundaryStatistics(4);
    for (int i = 0; i < 4; i++) {
      LabelMap map = RandomMaps.blocks(random, 30, 20);
      whole.add(map);
      merged.merge(new BoundaryStatistics(4).add(map));
    }
    assertThat(merged).usingRecursiveComparison().isEqualTo(whole);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new BoundaryStatistics(256))
        .hasMessage("number of classes must be in 1..255, is 256");
    assertThatThrownBy(() -> new BoundaryStatistics(3).merge(new BoundaryStatistics(2)))
        .hasMessage("boundary statistics of 2 classes cannot be added to those of 3");
  }
}
