package io.inverseform.udf.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final int CLASSES = 4;
  private static final Measures MEASURES =
      Measures.of(List.of(2.0, 1.0, 0.05), 0.1, List.of(1.0, 4.0));

  private static List<ScoredMaps> pictures(long seed) {
    KeyedRandom random = new KeyedRandom(seed);
    List<ScoredMaps> pictures = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      pictures.add(ScoredMaps.random(random, 20 + i, 31 - i, CLASSES));
    }
    return pictures;
  }

  private static Tally of(List<ScoredMaps> pictures) {
    Tally tally = new Tally(CLASSES, MEASURES);
    pictures.forEach(picture -> tally.add(picture.truth(), picture.prediction()));
    return tally;
  }

  @Test
  void anyNumberOfWorkersInAnyOrderCountsWhatOneDoes() {
    List<ScoredMaps> pictures = pictures(1);
    Tally whole = of(pictures);
    for (int workers = 1; workers <= pictures.size(); workers++) {
      List<Tally> shares = new ArrayList<>();
      for (int rank = 0; rank < workers; rank++) {
        int from = pictures.size() * rank / workers;
        shares.add(of(pictures.subList(from, pictures.size() * (rank + 1) / workers)));
      }
      Collections.reverse(shares);
      Tally merged = shares.stream().reduce(whole.empty(), Tally::merge);
      assertThat(merged).usingRecursiveComparison().isEqualTo(whole);
      Tally summed = whole.empty();
      shares.forEach(share -> summed.add(share.counts()));
      assertThat(summed).usingRecursiveComparison().isEqualTo(whole);
    }
  }

  @Test
  void everyScoreIsThatOfItsOwnClass() {
    List<ScoredMaps> pictures = pictures(2);
    Tally tally = of(pictures);
    ConfusionMatrix matrix = new ConfusionMatrix(CLASSES);
    BoundaryF share = new BoundaryF(CLASSES, Tolerance.ofDiagonal(0.05));
    BoundaryIou bands = new BoundaryIou(CLASSES, Tolerance.ofDiagonal(0.1));
    TrimapIou trimap = new TrimapIou(CLASSES, Tolerance.ofPixels(4), Ignored.NO_EDGE);
    for (ScoredMaps picture : pictures) {
      matrix.add(picture.truth(), picture.prediction());
      share.add(picture.truth(), picture.prediction());
      bands.add(picture.truth(), picture.prediction());
      trimap.add(picture.truth(), picture.prediction());
    }
    assertThat(tally.matrix()).usingRecursiveComparison().isEqualTo(matrix);
    assertThat(tally.boundaries()).extracting(BoundaryF::tolerance).startsWith(Tolerance.of(2));
    assertThat(tally.boundaries().get(2)).usingRecursiveComparison().isEqualTo(share);
    assertThat(tally.boundaryIou()).usingRecursiveComparison().isEqualTo(bands);
    assertThat(tally.trimaps().get(1)).usingRecursiveComparison().isEqualTo(trimap);
  }

  @Test
  void talliesOfOtherMeasuresAreRefused() {
    Tally tally = new Tally(CLASSES, MEASURES);
    Measures others = Measures.of(List.of(2.0), 0.1, List.of());
    assertThatThrownBy(() -> tally.merge(new Tally(CLASSES, others)))
        .hasMessageStartingWith("a tally of 4 classes by Measures[boundaryF=[2 px], ");
    assertThatThrownBy(() -> tally.add(new long[7]))
        .hasMessage("7 counts cannot be added to a tally of " + tally.counts().length);
    assertThatThrownBy(() -> Measures.of(List.of(), 1, List.of()))
        .hasMessage("boundary F needs at least one tolerance");
  }
}
