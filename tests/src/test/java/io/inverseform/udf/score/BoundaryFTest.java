package io.inverseform.udf.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundaryFTest {
  private static final int CLASSES = 5;

  /** Random rectangles. */
  private static LabelMap random(long seed, int width, int height, boolean withIgnored) {
    KeyedRandom random = new KeyedRandom(seed);
    byte[] ids = new byte[width * height];
    for (int i = 0; i < 8; i++) {
      int id = withIgnored && i == 5 ? LabelMap.IGNORE : random.nextInt(CLASSES);
      int left = random.nextInt(width);
      int top = random.nextInt(height);
      int right = Math.min(width, left + 1 + random.nextInt(width));
      int bottom = Math.min(height, top + 1 + random.nextInt((height + 1) / 2));
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          ids[y * width + x] = (byte) id;
        }
      }
    }
    return new LabelMap(width, height, ids);
  }

  private static LabelMap halves(int width, int height, int column) {
    byte[] ids = new byte[width * height];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (i % width < column ? 0 : 1);
    }
    return new LabelMap(width, height, ids);
  }

  private static BoundaryF score(double tolerance, LabelMap truth, LabelMap prediction) {
    BoundaryF score = new BoundaryF(CLASSES, Tolerance.ofPixels(tolerance));
    score.add(truth, prediction);
    return score;
  }

  /** Precision and recall by the definition, pixel by pixel; null without a boundary. */
  private static double[] definition(LabelMap truth, LabelMap prediction, int c, double tolerance) {
    List<int[]> wanted = boundary(truth, truth, c);
    List<int[]> given = boundary(prediction, truth, c);
    if (wanted.isEmpty() && given.isEmpty()) {
      return null;
    }
    return new double[] {share(given, wanted, tolerance), share(wanted, given, tolerance)};
  }

  private static List<int[]> boundary(LabelMap map, LabelMap truth, int c) {
    List<int[]> pixels = new ArrayList<>();
    for (int y = 0; y < map.height(); y++) {
      for (int x = 0; x < map.width(); x++) {
        boolean here = is(map, truth, c, x, y);
        boolean lastColumn = x == map.width() - 1;
        boolean lastRow = y == map.height() - 1;
        boolean right = !lastColumn && here != is(map, truth, c, x + 1, y);
        boolean lower = !lastRow && here != is(map, truth, c, x, y + 1);
        boolean diagonal = !lastRow && !lastColumn && here != is(map, truth, c, x + 1, y + 1);
        if (right || lower || diagonal) {
          pixels.add(new int[] {x, y});
        }
      }
    }
    return pixels;
  }

  private static boolean is(LabelMap map, LabelMap truth, int c, int x, int y) {
    return map.id(x, y) == c && truth.id(x, y) != LabelMap.IGNORE;
  }

  private static double share(List<int[]> pixels, List<int[]> others, double tolerance) {
    return pixels.stream()
        .mapToInt(
            p ->
                others.stream()
                        .anyMatch(
                            o ->
                                (o[0] - p[0]) * (o[0] - p[0]) + (o[1] - p[1]) * (o[1] - p[1])
                                    <= tolerance * tolerance)
                    ? 1
                    : 0)
        .average()
        .orElse(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,0",
    "1,7,2",
    "64,9,3",
    "65,33,1",
    "130,20,5",
    "63,40,12",
    "70,21,70",
    "40,30,2.5"
  })
  void randomMapsScoreAsTheDefinitionSays(int width, int height, double tolerance) {
    for (long seed = 0; seed < 6; seed++) {
      LabelMap truth = random(2 * seed, width, height, seed % 2 == 0);
      LabelMap prediction = random(2 * seed + 1, width, height, false);

      BoundaryF score = score(tolerance, truth, prediction);

      for (int c = 0; c < CLASSES; c++) {
        double[] expected = definition(truth, prediction, c, tolerance);
        String what = "seed %d, class %d".formatted(seed, c);
        if (expected == null) {
          assertThat(score.pictures(c)).as(what).isZero();
        } else {
          assertThat(score.precision()[c]).as(what).isCloseTo(expected[0], Offset.offset(1e-12));
          assertThat(score.recall()[c]).as(what).isCloseTo(expected[1], Offset.offset(1e-12));
        }
      }
    }
  }

  @Test
  void aBoundaryMatchesUpToTheToleranceAndNotBeyond() {
    LabelMap truth = halves(40, 10, 10);
    assertThat(score(3, truth, halves(40, 10, 13)).mean()).isEqualTo(1);
    assertThat(score(3, truth, halves(40, 10, 14)).mean()).isZero();
  }

  @Test
  void aShareOfTheDiagonalIsRoundedUpToPixels() {
    // The diagonal is 50 pixels: a share of 0.05 reaches 3.
    BoundaryF score = new BoundaryF(CLASSES, Tolerance.ofDiagonal(0.05));
    score.add(halves(40, 30, 10), halves(40, 30, 13));
    assertThat(score.mean()).isEqualTo(1);
    score.add(halves(40, 30, 10), halves(40, 30, 14));
    assertThat(score.mean()).isEqualTo(0.5);
  }

  @Test
  void aPredictionOfTooMuchBoundaryLosesPrecisionAndNotRecall() {
    LabelMap truth = halves(40, 10, 10);
    byte[] ids = truth.ids().clone();
    for (int y = 0; y < 10; y++) {
      ids[y * 40 + 30] = 0;
    }
    BoundaryF score = score(1, truth, new LabelMap(40, 10, ids));
    assertThat(score.recall()[0]).isEqualTo(1);
    // One true column of ten pixels, two more around the false stripe.
    assertThat(score.precision()[0]).isCloseTo(1 / 3.0, Offset.offset(1e-12));
    assertThat(score.f()[0]).isCloseTo(0.5, Offset.offset(1e-12));
  }

  @Test
  void mapsThatChangePlacesChangePrecisionForRecall() {
    LabelMap one = random(1, 60, 40, false);
    LabelMap other = random(2, 60, 40, false);
    BoundaryF score = score(2, one, other);
    BoundaryF swapped = score(2, other, one);
    assertThat(swapped.precision()).isEqualTo(score.recall()).isNotEqualTo(score.precision());
    assertThat(swapped.recall()).isEqualTo(score.precision());
    assertThat(swapped.f()).isEqualTo(score.f());
  }

  @Test
  void aPerfectPredictionScoresOneOverTheClassesWithABoundary() {
    LabelMap truth = halves(20, 20, 5);
    BoundaryF score = score(0, truth, truth);
    assertThat(score.f()).containsExactly(1, 1, Double.NaN, Double.NaN, Double.NaN);
    assertThat(score.mean()).isEqualTo(1);
    assertThat(score.publishedMean()).isEqualTo(1);
  }

  @Test
  void aClassInOneMapOnlyScoresZeroAndAnAbsentOneOnlyInThePublishedMean() {
    LabelMap truth = halves(20, 20, 5);
    LabelMap prediction = new LabelMap(20, 20, new byte[400]);
    BoundaryF score = score(3, truth, prediction);
    assertThat(score.f()).containsExactly(0, 0, Double.NaN, Double.NaN, Double.NaN);
    assertThat(score.mean()).isZero();
    assertThat(score.publishedMean()).isEqualTo(3 / 5.0);
  }

  @Test
  void whatIsPredictedOnIgnoredPixelsDoesNotMatter() {
    LabelMap truth = random(4, 50, 30, true);
    byte[] ids = random(5, 50, 30, false).ids();
    BoundaryF score = score(2, truth, new LabelMap(50, 30, ids.clone()));
    for (int i = 0; i < ids.length; i++) {
      if ((truth.ids()[i] & 0xFF) == LabelMap.IGNORE) {
        ids[i] = (byte) ((ids[i] + 1) % CLASSES);
      }
    }
    assertThat(score(2, truth, new LabelMap(50, 30, ids)).f()).isEqualTo(score.f());
  }

  @Test
  void mergedPartsEqualOnePassInAnyOrderToTheLastBit() {
    BoundaryF whole = new BoundaryF(CLASSES, Tolerance.ofPixels(1));
    List<BoundaryF> parts = new ArrayList<>();
    for (long i = 0; i < 9; i++) {
      LabelMap truth = random(i, 30, 30, true);
      LabelMap prediction = random(i + 100, 30, 30, false);
      whole.add(truth, prediction);
      parts.add(score(1, truth, prediction));
    }
    BoundaryF merged = new BoundaryF(CLASSES, Tolerance.ofPixels(1));
    for (int i : new int[] {7, 3, 8, 0, 5, 1, 6, 4, 2}) {
      merged.merge(parts.get(i));
    }
    assertThat(merged).usingRecursiveComparison().isEqualTo(whole);
    assertThat(merged.pictures()).isEqualTo(9);
  }

  @Test
  void withoutPicturesThereIsNoScore() {
    BoundaryF empty = new BoundaryF(2, Tolerance.ofPixels(3));
    assertThat(empty.mean()).isNaN();
    assertThat(empty.publishedMean()).isNaN();
    assertThat(empty.f()).containsExactly(Double.NaN, Double.NaN);
  }

  @Test
  void refusesWhatDoesNotFit() {
    BoundaryF score = new BoundaryF(2, Tolerance.ofPixels(3));
    assertThatThrownBy(() -> score.add(halves(4, 4, 2), halves(4, 5, 2)))
        .hasMessageStartingWith("prediction is LabelMap[4x5], the truth LabelMap[4x4]");
    assertThatThrownBy(
            () -> score.add(halves(2, 1, 1), new LabelMap(2, 1, new byte[] {0, (byte) 200})))
        .hasMessage("predicted id 200 at pixel 1 is none of 2 classes");
    assertThatThrownBy(() -> score.merge(new BoundaryF(2, Tolerance.ofPixels(1))))
        .hasMessage("boundary F of 2 classes within 1 px cannot be added to that of 2 within 3 px");
    assertThatThrownBy(() -> new BoundaryF(256, Tolerance.ofPixels(1)))
        .hasMessage("number of classes must be in 1..255, is 256");
  }
}
