package io.inverseform.udf.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelStatisticsTest {
  @Test
  void histogramLeavesOutIgnoredPixels() {
    LabelMap map = new LabelMap(3, 2, new byte[] {0, 2, 2, (byte) 255, 2, 0});
    assertThat(ClassHistogram.count(map, 4)).containsExactly(2, 0, 3, 0);
  }

  @Test
  void centroidsAreMeansOfPixelPositionsPerTile() {
    byte ignored = (byte) 255;
    LabelMap map =
        new LabelMap(5, 3, new byte[] {0, 0, 1, 1, 0, 0, 0, 1, ignored, 0, 0, 0, 1, ignored, 0});
    assertThat(ClassCentroid.of(map, 2, 4))
        .containsExactly(
            new ClassCentroid(0, 0, 0, 0.5f, 1),
            new ClassCentroid(1, 0, 0, 9 / 4f, 3 / 4f),
            new ClassCentroid(0, 1, 0, 4, 1));
  }

  @Test
  void centroidsEqualThePlainDefinition() {
    KeyedRandom random = new KeyedRandom(3);
    LabelMap map = new LabelMap(23, 17, new byte[23 * 17]);
    for (int i = 0; i < map.ids().length; i++) {
      map.ids()[i] = (byte) (random.nextInt(5) == 0 ? 255 : random.nextInt(3));
    }
    List<ClassCentroid> expected = new ArrayList<>();
    for (int tileY = 0; tileY < 3; tileY++) {
      for (int tileX = 0; tileX < 3; tileX++) {
        for (int c = 0; c < 3; c++) {
          double count = 0;
          double sumX = 0;
          double sumY = 0;
          for (int y = 8 * tileY; y < Math.min(8 * tileY + 8, 17); y++) {
            for (int x = 8 * tileX; x < Math.min(8 * tileX + 8, 23); x++) {
              if (map.id(x, y) == c) {
                count++;
                sumX += x;
                sumY += y;
              }
            }
          }
          if (count > 0) {
            expected.add(
                new ClassCentroid(c, tileX, tileY, (float) (sumX / count), (float) (sumY / count)));
          }
        }
      }
    }
    assertThat(ClassCentroid.of(map, 3, 8)).isEqualTo(expected);
  }

  @Test
  void refusesTilesWithoutPixels() {
    LabelMap map = new LabelMap(1, 1, new byte[1]);
    assertThatThrownBy(() -> ClassCentroid.of(map, 1, 0))
        .hasMessage("tile side must be positive, is 0");
  }

  @Test
  void labelMapsMustBeFilled() {
    assertThatThrownBy(() -> new LabelMap(3, 2, new byte[5]))
        .hasMessage("a 3x2 label map cannot hold 5 ids");
    assertThatThrownBy(() -> new LabelMap(0, 2, new byte[0]))
        .hasMessage("a 0x2 label map cannot hold 0 ids");
  }
}
