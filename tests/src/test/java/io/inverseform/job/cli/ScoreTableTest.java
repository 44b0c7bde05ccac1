package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.Measures;
import io.inverseform.udf.score.Tally;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreTableTest {
  @Test
  void modelAndPriorStandBesideEachOtherAndTheToleranceBelow() {
    LabelMap truth = new LabelMap(4, 1, new byte[] {0, 0, 1, 1});
    Scores prior = scores(truth, new LabelMap(4, 1, new byte[] {0, 1, 1, 1}));
    Scores model = scores(truth, truth);
    assertThat(new ScoreTable(prior, model).toString())
        .containsPattern("(?m)^road +0\\.500 +1\\.000 ")
        .contains("\nboundary F at 3 px; prior: ");
  }

  private static Scores scores(LabelMap truth, LabelMap prediction) {
    Tally tally = new Tally(2, Measures.of(List.of(3.0), 1, List.of())).add(truth, prediction);
    ClassCatalogue catalogue =
        new ClassCatalogue(
            List.of(
                new ClassCatalogue.LabelClass("road", 0x804080, List.of(0)),
                new ClassCatalogue.LabelClass("sky", 0x4682B4, List.of(1))),
            List.of());
    return Scores.of("a test", "val", "no view", catalogue, tally, List.of());
  }
}
