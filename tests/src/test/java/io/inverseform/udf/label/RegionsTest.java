package io.inverseform.udf.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionsTest {
  @Test
  void equalFloodFillsOnRandomMapsOfAllSizes() {
    KeyedRandom random = new KeyedRandom(21);
    for (int round = 0; round < 300; round++) {
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(40);
      byte[] ids = new byte[width * height];
      int kinds = 2 + random.nextInt(2);
      for (int i = 0; i < ids.length; i++) {
        ids[i] = (byte) (random.nextInt(kinds) - 1);
      }
      LabelMap map = new LabelMap(width, height, ids);
      List<Region> expected = filled(map);
      assertThat(Regions.of(map)).as("round %d, %s", round, map).isEqualTo(expected);
      assertThat(Regions.of(map, 3))
          .as("round %d, %s", round, map)
          .isEqualTo(expected.stream().filter(r -> r.pixels() <= 3).toList());
    }
  }

  private static List<Region> filled(LabelMap map) {
    boolean[] seen = new boolean[map.ids().length];
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i]) {
        regions.add(fill(map, i % map.width(), i / map.width(), seen));
      }
    }
    return regions;
  }

  private static Region fill(LabelMap map, int startX, int startY, boolean[] seen) {
    int id = map.id(startX, startY);
    Region region = new Region(id, 0, startX, startY, startX, startY);
    Deque<int[]> open = new ArrayDeque<>(List.of(new int[] {startX, startY}));
    while (!open.isEmpty()) {
      int x = open.peek()[0];
      int y = open.pop()[1];
      boolean inside = x >= 0 && y >= 0 && x < map.width() && y < map.height();
      if (inside && !seen[y * map.width() + x] && map.id(x, y) == id) {
        seen[y * map.width() + x] = true;
        region =
            new Region(
                id,
                region.pixels() + 1,
                Math.min(region.left(), x),
                Math.min(region.top(), y),
                Math.max(region.right(), x + 1),
                Math.max(region.bottom(), y + 1));
        open.push(new int[] {x - 1, y});
        open.push(new int[] {x + 1, y});
        open.push(new int[] {x, y - 1});
        open.push(new int[] {x, y + 1});
      }
    }
    return region;
  }

  @Test
  void pixelsThatTouchAtCornersAreApart() {
    LabelMap map = new LabelMap(2, 2, new byte[] {4, -1, -1, 4});
    assertThat(Regions.of(map))
        .containsExactly(
            new Region(4, 1, 0, 0, 1, 1),
            new Region(255, 1, 1, 0, 2, 1),
            new Region(255, 1, 0, 1, 1, 2),
            new Region(4, 1, 1, 1, 2, 2));
  }

  @Test
  void aCombJoinedInTheLastRowIsOneRegion() {
    byte[] ids = new byte[99 * 50];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (i / 99 == 49 || i % 99 % 2 == 0 ? 1 : 0);
    }
    assertThat(Regions.of(new LabelMap(99, 50, ids)))
        .hasSize(1 + 49)
        .contains(new Region(1, 50 * 49 + 99, 0, 0, 99, 50));
  }

  @Test
  void refusesToLookForEmptyRegions() {
    assertThatThrownBy(() -> Regions.of(new LabelMap(1, 1, new byte[1]), 0))
        .hasMessage("most pixels of a region must be at least 1, is 0");
  }
}
