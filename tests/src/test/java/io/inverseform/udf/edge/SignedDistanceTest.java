package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class SignedDistanceTest {
  @Test
  void equalsThePlainDefinitionOnRandomMapsOfAllSizes() {
    KeyedRandom random = new KeyedRandom(5);
    for (int round = 0; round < 200; round++) {
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(25);
      LabelMap map =
          round % 2 == 0
              ? RandomMaps.blocks(random, width, height)
              : RandomMaps.specks(random, width, height);
      for (int trainId = 0; trainId < 4; trainId++) {
        assertThat(SignedDistance.of(map, trainId))
            .as("round %d, %s, train id %d", round, map, trainId)
            .isEqualTo(plain(map, trainId));
      }
    }
  }

  @Test
  void isNegativeInsideAndZeroWhereIgnored() {
    LabelMap map = new LabelMap(6, 1, new byte[] {2, 2, 0, 0, 0, -1});
    assertThat(SignedDistance.of(map, 2)).containsExactly(-2, -1, 1, 2, 3, 0);
  }

  @Test
  void isInfiniteWithoutAnotherSide() {
    LabelMap map = new LabelMap(2, 1, new byte[] {7, -1});
    assertThat(SignedDistance.of(map, 7)).containsExactly(Float.NEGATIVE_INFINITY, 0);
    assertThat(SignedDistance.of(map, 3)).containsExactly(Float.POSITIVE_INFINITY, 0);
  }

  @Test
  void refusesTheIgnoredId() {
    LabelMap map = new LabelMap(1, 1, new byte[1]);
    assertThatThrownBy(() -> SignedDistance.of(map, 255))
        .hasMessage("train id of a class must be 0 to 254, is 255");
  }

  private static float[] plain(LabelMap map, int trainId) {
    float[] distances = new float[map.ids().length];
    for (int i = 0; i < distances.length; i++) {
      int own = map.ids()[i] & 0xFF;
      if (own == LabelMap.IGNORE) {
        continue;
      }
      double nearest = Double.POSITIVE_INFINITY;
      for (int j = 0; j < distances.length; j++) {
        int other = map.ids()[j] & 0xFF;
        if (other != LabelMap.IGNORE && (own == trainId) != (other == trainId)) {
          double dx = i % map.width() - j % map.width();
          double dy = i / map.width() - j / map.width();
          nearest = Math.min(nearest, Math.sqrt(dx * dx + dy * dy));
        }
      }
      distances[i] = (float) (own == trainId ? -nearest : nearest);
    }
    return distances;
  }
}
