package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DistanceEdgesTest {
  private static final byte IGNORED = (byte) LabelMap.IGNORE;

  @ParameterizedTest
  @EnumSource(Ignored.class)
  void equalsDistanceTransformsPerClassOnRandomMapsOfAllSizes(Ignored ignored) {
    KeyedRandom random = new KeyedRandom(3);
    for (int round = 0; round < 400; round++) {
      int width = 1 + random.nextInt(round % 4 == 0 ? 150 : 40);
      int height = 1 + random.nextInt(12);
      LabelMap map =
          round % 2 == 0
              ? RandomMaps.blocks(random, width, height)
              : RandomMaps.specks(random, width, height);
      double radius = radius(random, round);
      assertThat(new DistanceEdges(radius, ignored).edges(map))
          .as("round %d, %s, radius %s", round, map, radius)
          .isEqualTo(plain(map, radius, ignored));
    }
  }

  private static double radius(KeyedRandom random, int round) {
    return switch (round % 3) {
      case 0 -> 1 + random.nextInt(4);
      case 1 -> Math.sqrt(1 + random.nextInt(40));
      default -> random.nextDouble(1, 20);
    };
  }

  @Test
  void edgesOfAClassEqualItsOwnDistanceTransform() {
    KeyedRandom random = new KeyedRandom(4);
    for (int round = 0; round < 100; round++) {
      LabelMap map = RandomMaps.blocks(random, 1 + random.nextInt(80), 1 + random.nextInt(9));
      for (int trainId = 0; trainId < 4; trainId++) {
        byte[] expected = new byte[map.ids().length];
        addClass(map, trainId, 2.5, Ignored.OUTSIDE, expected);
        assertThat(new DistanceEdges(2.5, Ignored.OUTSIDE).classEdges(map, trainId).ids())
            .as("round %d, train id %d", round, trainId)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void radius1MarksOnePixelOnEitherSide() {
    LabelMap map = new LabelMap(6, 1, new byte[] {4, 4, 4, 0, 0, 0});
    assertThat(new DistanceEdges(1, Ignored.DROPPED).edges(map).ids())
        .containsExactly(0, 0, 1, 1, 0, 0);
  }

  @Test
  void ignoredPixelsEndAClassOrMakeNoEdgeOrDropWhatIsNear() {
    LabelMap map = new LabelMap(9, 1, new byte[] {1, 1, 1, IGNORED, 2, 2, 3, 3, 3});
    assertThat(new DistanceEdges(1, Ignored.OUTSIDE).edges(map).ids())
        .containsExactly(0, 0, 1, 1, 1, 1, 1, 0, 0);
    assertThat(new DistanceEdges(2, Ignored.NO_EDGE).edges(map).ids())
        .containsExactly(0, 0, 1, 0, 1, 1, 1, 1, 0);
    assertThat(new DistanceEdges(2, Ignored.DROPPED).edges(map).ids())
        .containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 0);
  }

  @Test
  void frameAndMapsOfOneClassHaveNoEdge() {
    LabelMap map = new LabelMap(70, 4, new byte[280]);
    for (Ignored ignored : Ignored.values()) {
      assertThat(new DistanceEdges(300, ignored).edges(map).ids()).containsOnly(0);
    }
  }

  @Test
  void refusesRadiiThatReachNoNeighbour() {
    assertThatThrownBy(() -> new DistanceEdges(0.9, Ignored.DROPPED))
        .hasMessage("radius must be 1 to 32000 pixels, is 0.9");
    assertThatThrownBy(() -> new DistanceEdges(Double.NaN, Ignored.DROPPED))
        .hasMessageEndingWith("is NaN");
  }

  @Test
  void refusesIdsThatNoClassHas() {
    LabelMap map = new LabelMap(1, 1, new byte[1]);
    assertThatThrownBy(() -> new DistanceEdges(1, Ignored.DROPPED).classEdges(map, 255))
        .hasMessage("train id of a class must be 0 to 254, is 255");
    assertThatThrownBy(() -> new DistanceEdges(1, Ignored.CLASS).classEdges(map, -1))
        .hasMessage("train id of a class must be 0 to 255, is -1");
  }

  private static LabelMap plain(LabelMap map, double radius, Ignored ignored) {
    byte[] edges = new byte[map.ids().length];
    for (int trainId = 0; trainId < LabelMap.IGNORE; trainId++) {
      addClass(map, trainId, radius, ignored, edges);
    }
    if (ignored == Ignored.DROPPED || ignored == Ignored.NO_EDGE) {
      for (int i = 0; i < edges.length; i++) {
        double reach = ignored == Ignored.DROPPED ? radius : 0;
        if (nearest(map, i, id -> id == LabelMap.IGNORE) <= reach) {
          edges[i] = 0;
        }
      }
    }
    return new LabelMap(map.width(), map.height(), edges);
  }

  /** Distance to the outside plus distance to the inside, one of which is 0. */
  private static void addClass(
      LabelMap map, int trainId, double radius, Ignored ignored, byte[] edges) {
    boolean present = false;
    for (byte id : map.ids()) {
      present |= id == trainId;
    }
    for (int i = 0; i < edges.length && present; i++) {
      double inside = nearest(map, i, id -> id == trainId);
      double outside =
          nearest(
              map, i, id -> id != trainId && (ignored != Ignored.NO_EDGE || id != LabelMap.IGNORE));
      if (inside + outside <= radius) {
        edges[i] = 1;
      }
    }
  }

  private static double nearest(LabelMap map, int pixel, IntPredicate wanted) {
    double nearest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < map.ids().length; i++) {
      if (wanted.test(map.ids()[i] & 0xFF)) {
        int dx = i % map.width() - pixel % map.width();
        int dy = i / map.width() - pixel / map.width();
        nearest = Math.min(nearest, Math.sqrt(dx * dx + dy * dy));
      }
    }
    return nearest;
  }
}
