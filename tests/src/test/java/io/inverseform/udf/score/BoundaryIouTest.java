package io.inverseform.udf.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BoundaryIouTest {
  private static final int CLASSES = 4;

  private static BoundaryIou score(Tolerance width, LabelMap truth, LabelMap prediction) {
    BoundaryIou score = new BoundaryIou(CLASSES, width);
    score.add(truth, prediction);
    return score;
  }

  /** One class on a background of another. */
  private static LabelMap square(int side, int left, int top, int right, int bottom) {
    byte[] ids = new byte[side * side];
    for (int y = top; y < bottom; y++) {
      Arrays.fill(ids, y * side + left, y * side + right, (byte) 1);
    }
    return new LabelMap(side, side, ids);
  }

  @Test
  void equalsThePlainDefinitionOnRandomMaps() {
    KeyedRandom random = new KeyedRandom(11);
    for (int round = 0; round < 120; round++) {
      ScoredMaps maps =
          ScoredMaps.random(random, 1 + random.nextInt(70), 1 + random.nextInt(12), CLASSES);
      double width = round % 2 == 0 ? 1 + random.nextInt(5) : Math.sqrt(1 + random.nextInt(30));
      BoundaryIou score = score(Tolerance.ofPixels(width), maps.truth(), maps.prediction());
      for (int c = 0; c < CLASSES; c++) {
        String what = "round %d, %s, class %d, width %s".formatted(round, maps, c, width);
        boolean[] wanted = band(maps, maps.truth(), c, width);
        boolean[] given = band(maps, maps.prediction(), c, width);
        int intersection = 0;
        int union = 0;
        for (int i = 0; i < wanted.length; i++) {
          intersection += wanted[i] && given[i] ? 1 : 0;
          union += wanted[i] || given[i] ? 1 : 0;
        }
        assertThat(score.intersection(c)).as(what).isEqualTo(intersection);
        assertThat(score.union(c)).as(what).isEqualTo(union);
        assertThat(score.iou()[c])
            .as(what)
            .isEqualTo(Double.valueOf((double) intersection / union));
      }
    }
  }

  /** Pixels of a mask with a pixel within the width that is not of the mask. */
  private static boolean[] band(ScoredMaps maps, LabelMap map, int c, double width) {
    boolean[] band = new boolean[map.ids().length];
    int reach = (int) width;
    for (int i = 0; i < band.length; i++) {
      int x = i % map.width();
      int y = i / map.width();
      for (int dy = -reach; dy <= reach; dy++) {
        for (int dx = -reach; dx <= reach; dx++) {
          if (Math.sqrt(dx * dx + dy * dy) <= width
              && maps.at(map, x, y, CLASSES) == c
              && maps.at(map, x + dx, y + dy, CLASSES) != c) {
            band[i] = true;
          }
        }
      }
    }
    return band;
  }

  @Test
  void onlyThePixelsInsideAlongAContourCount() {
    BoundaryIou score =
        score(Tolerance.ofPixels(1), square(20, 5, 5, 15, 15), square(20, 5, 5, 15, 15));
    assertThat(score.intersection(1)).isEqualTo(4 * 9);
    assertThat(score.iou()).containsExactly(1, 1, Double.NaN, Double.NaN);
    assertThat(score.mean()).isEqualTo(1);
  }

  @Test
  void aMaskHasABandAlongTheFrame() {
    LabelMap map = square(20, 0, 0, 20, 20);
    assertThat(score(Tolerance.ofPixels(2), map, map).union(1)).isEqualTo(20 * 20 - 16 * 16);
  }

  @Test
  void aMaskHasABandAlongIgnoredPixelsWhateverIsPredictedThere() {
    byte[] truth = {1, 1, 1, -1, -1, 1};
    byte[] prediction = {1, 1, 1, 1, 1, 1};
    BoundaryIou score = new BoundaryIou(CLASSES, Tolerance.ofPixels(1));
    // Three rows, so that the middle one is not at the frame.
    score.add(rows(truth), rows(prediction));
    assertThat(score.union(1)).isEqualTo(2 * 4 + 3);
    assertThat(score.iou()[1]).isEqualTo(1);
  }

  private static LabelMap rows(byte[] row) {
    byte[] ids = new byte[3 * row.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = row[i % row.length];
    }
    return new LabelMap(row.length, 3, ids);
  }

  @Test
  void aShareOfTheDiagonalIsWiderInLargerPictures() {
    BoundaryIou score = new BoundaryIou(CLASSES, Tolerance.ofDiagonal(0.1));
    score.add(new LabelMap(30, 40, new byte[1200]), new LabelMap(30, 40, new byte[1200]));
    assertThat(score.union(0)).isEqualTo(1200 - 20 * 30);
    score.add(new LabelMap(6, 8, new byte[48]), new LabelMap(6, 8, new byte[48]));
    assertThat(score.union(0)).isEqualTo(1200 - 20 * 30 + 48 - 4 * 6);
  }

  @Test
  void mergedPartsEqualOnePassAlsoAfterATransfer() throws Exception {
    KeyedRandom random = new KeyedRandom(12);
    BoundaryIou whole = new BoundaryIou(CLASSES, Tolerance.ofPixels(2));
    BoundaryIou merged = new BoundaryIou(CLASSES, Tolerance.ofPixels(2));
    for (int i = 0; i < 5; i++) {
      ScoredMaps maps = ScoredMaps.random(random, 30, 20, CLASSES);
      whole.add(maps.truth(), maps.prediction());
      BoundaryIou part = score(Tolerance.ofPixels(2), maps.truth(), maps.prediction());
      merged = transferred(part).merge(merged);
    }
    assertThat(merged).usingRecursiveComparison().isEqualTo(whole);
  }

  private static BoundaryIou transferred(BoundaryIou score) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(score);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (BoundaryIou) in.readObject();
    }
  }

  @Test
  void withoutPicturesThereIsNoScore() {
    assertThat(new BoundaryIou(2, Tolerance.ofPixels(1)).mean()).isNaN();
  }

  @Test
  void refusesWhatDoesNotFit() {
    BoundaryIou score = new BoundaryIou(2, Tolerance.ofPixels(3));
    assertThatThrownBy(() -> score.add(square(4, 0, 0, 1, 1), square(5, 0, 0, 1, 1)))
        .hasMessageStartingWith("prediction is LabelMap[5x5], the truth LabelMap[4x4]");
    assertThatThrownBy(
            () ->
                score.add(
                    new LabelMap(2, 1, new byte[2]),
                    new LabelMap(2, 1, new byte[] {0, (byte) 200})))
        .hasMessage("predicted id 200 at pixel 1 is none of 2 classes");
    assertThatThrownBy(() -> score.merge(new BoundaryIou(2, Tolerance.ofDiagonal(0.02))))
        .hasMessage(
            "boundary IoU of 2 classes in bands of 0.02 of the diagonal cannot be added to that of"
                + " 2 in 3 px");
    assertThatThrownBy(() -> new BoundaryIou(2, Tolerance.ofPixels(0.5)))
        .hasMessage("a band along boundaries must be at least 1 px wide, is 0.5 px");
    assertThatThrownBy(() -> new BoundaryIou(0, Tolerance.ofPixels(1)))
        .hasMessage("number of classes must be in 1..255, is 0");
  }
}
