package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.ConfusionMatrix;
import io.inverseform.udf.score.Tolerance;
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
    ConfusionMatrix matrix = new ConfusionMatrix(2);
    matrix.add(truth, prediction);
    BoundaryF boundary = new BoundaryF(2, Tolerance.ofPixels(3));
    boundary.add(truth, prediction);
    return new Scores("a test", "val", List.of("road", "sky"), matrix, boundary, List.of());
  }
}
