package io.inverseform.udf.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrimapIouTest {
  private static final int CLASSES = 4;

  @ParameterizedTest
  @EnumSource(names = {"OUTSIDE", "NO_EDGE"})
  void countsEqualThePlainDefinitionOnRandomMaps(Ignored ignored) {
    KeyedRandom random = new KeyedRandom(13);
    for (int round = 0; round < 60; round++) {
      ScoredMaps maps =
          ScoredMaps.random(random, 1 + random.nextInt(70), 1 + random.nextInt(12), CLASSES);
      double width = round % 2 == 0 ? 1 + random.nextInt(5) : Math.sqrt(1 + random.nextInt(30));
      TrimapIou score = new TrimapIou(CLASSES, Tolerance.ofPixels(width), ignored);
      score.add(maps.truth(), maps.prediction());
      long[] counts = plain(maps, width, ignored);
      for (int i = 0; i < counts.length; i++) {
        assertThat(score.matrix().count(i / CLASSES, i % CLASSES))
            .as("round %d, %s, count %d, width %s", round, maps, i, width)
            .isEqualTo(counts[i]);
      }
    }
  }

  private static long[] plain(ScoredMaps maps, double width, Ignored ignored) {
    long[] counts = new long[CLASSES * CLASSES];
    LabelMap truth = maps.truth();
    for (int y = 0; y < truth.height(); y++) {
      for (int x = 0; x < truth.width(); x++) {
        if (truth.id(x, y) < CLASSES && inBand(maps, x, y, width, ignored)) {
          counts[truth.id(x, y) * CLASSES + maps.prediction().id(x, y)]++;
        }
      }
    }
    return counts;
  }

  private static boolean inBand(ScoredMaps maps, int x, int y, double width, Ignored ignored) {
    LabelMap truth = maps.truth();
    for (int otherY = 0; otherY < truth.height(); otherY++) {
      for (int otherX = 0; otherX < truth.width(); otherX++) {
        double dx = otherX - x;
        double dy = otherY - y;
        boolean boundary =
            truth.id(otherX, otherY) >= CLASSES
                ? ignored == Ignored.OUTSIDE
                : truth.id(otherX, otherY) != truth.id(x, y);
        if (boundary && Math.sqrt(dx * dx + dy * dy) <= width) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void errorsFarFromABoundaryDoNotCount() {
    LabelMap truth = row(0, 0, 0, 0, 1, 1, 1, 1);
    LabelMap prediction = row(2, 0, 0, 0, 0, 1, 1, 2);
    TrimapIou score = new TrimapIou(3, Tolerance.ofPixels(2), Ignored.NO_EDGE);
    score.add(truth, prediction);
    assertThat(score.matrix().iou()).containsExactly(2 / 3.0, 0.5, Double.NaN);
  }

  private static LabelMap row(int... ids) {
    byte[] bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bytes[i] = (byte) ids[i];
    }
    return new LabelMap(ids.length, 1, bytes);
  }

  @Test
  void mergedPartsEqualOnePass() {
    KeyedRandom random = new KeyedRandom(14);
    TrimapIou whole = trimap();
    TrimapIou merged = trimap();
    for (int i = 0; i < 4; i++) {
      ScoredMaps maps = ScoredMaps.random(random, 30, 20, CLASSES);
      TrimapIou part = trimap();
      part.add(maps.truth(), maps.prediction());
      whole.add(maps.truth(), maps.prediction());
      merged.merge(part);
    }
    assertThat(merged).usingRecursiveComparison().isEqualTo(whole);
  }

  private static TrimapIou trimap() {
    return new TrimapIou(CLASSES, Tolerance.ofPixels(2), Ignored.OUTSIDE);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new TrimapIou(2, Tolerance.ofPixels(0), Ignored.NO_EDGE))
        .hasMessage("a band along boundaries must be at least 1 px wide, is 0 px");
    assertThatThrownBy(
            () -> trimap().merge(new TrimapIou(CLASSES, Tolerance.ofPixels(3), Ignored.NO_EDGE)))
        .hasMessage(
            "scores in bands of 3 px (ignored: NO_EDGE) cannot be added to those in 2 px (ignored:"
                + " OUTSIDE)");
    assertThatThrownBy(() -> trimap().add(row(0, 1), row(0)))
        .hasMessageStartingWith("prediction is LabelMap[1x1], the truth LabelMap[2x1]");
  }
}
