package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class DilationTest {
  @Test
  void holdsExactlyThePixelsWithinTheRadius() {
    KeyedRandom random = new KeyedRandom(6);
    for (int round = 0; round < 200; round++) {
      LabelMap map = RandomMaps.specks(random, 1 + random.nextInt(140), 1 + random.nextInt(12));
      double radius = round % 2 == 0 ? 1 + random.nextInt(80) : Math.sqrt(1 + random.nextInt(60));
      int id = random.nextInt(4) == 0 ? LabelMap.IGNORE : random.nextInt(4);
      assertThat(Dilation.of(map, id, radius))
          .as("round %d, %s, id %d, radius %s", round, map, id, radius)
          .isEqualTo(plain(map, id, radius));
    }
  }

  @Test
  void refusesRadiiThatReachNoNeighbour() {
    LabelMap map = new LabelMap(1, 1, new byte[1]);
    assertThatThrownBy(() -> Dilation.of(map, 0, 0))
        .hasMessage("radius must be 1 to 32000 pixels, is 0.0");
  }

  private static LabelMap plain(LabelMap map, int id, double radius) {
    byte[] grown = new byte[map.ids().length];
    for (int i = 0; i < grown.length; i++) {
      for (int j = 0; j < grown.length; j++) {
        double dx = i % map.width() - j % map.width();
        double dy = i / map.width() - j / map.width();
        if ((map.ids()[j] & 0xFF) == id && Math.sqrt(dx * dx + dy * dy) <= radius) {
          grown[i] = 1;
        }
      }
    }
    return new LabelMap(map.width(), map.height(), grown);
  }
}
