package io.inverseform.udf.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  private static LabelMap row(int... ids) {
    byte[] bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      bytes[i] = (byte) ids[i];
    }
    return new LabelMap(ids.length, 1, bytes);
  }

  @Test
  void rowsAreTruthAndColumnsPrediction() {
    ConfusionMatrix matrix = new ConfusionMatrix(3);
    matrix.add(row(0, 0, 1, 255), row(0, 1, 1, 2));
    assertThat(matrix.count(0, 1)).isEqualTo(1);
    assertThat(matrix.count(1, 0)).isZero();
    assertThat(matrix.total()).isEqualTo(3);
  }

  @Test
  void classesInNeitherTruthNorPredictionHaveNoScore() {
    ConfusionMatrix matrix = new ConfusionMatrix(3);
    matrix.add(row(0, 0, 1, 255), row(0, 1, 1, 2));
    assertThat(matrix.iou()).containsExactly(0.5, 0.5, Double.NaN);
    assertThat(matrix.meanIou()).isEqualTo(0.5);
    assertThat(matrix.accuracy()).isEqualTo(2 / 3.0);
    assertThat(matrix.classAccuracy()).containsExactly(0.5, 1, Double.NaN);
    assertThat(matrix.meanAccuracy()).isEqualTo(0.75);
    assertThat(matrix.frequencyWeightedIou()).isEqualTo(0.5);
  }

  @Test
  void anEmptyMatrixHasNoScore() {
    ConfusionMatrix matrix = new ConfusionMatrix(2);
    assertThat(matrix.meanIou()).isNaN();
    assertThat(matrix.accuracy()).isNaN();
    assertThat(matrix.frequencyWeightedIou()).isNaN();
  }

  @Test
  void frequentClassesWeighMoreAndThoseWithoutTruthNothing() {
    ConfusionMatrix matrix = new ConfusionMatrix(4);
    matrix.add(row(0, 0, 0, 1), row(0, 0, 2, 1));
    assertThat(matrix.frequencyWeightedIou()).isEqualTo((3 * (2 / 3.0) + 1) / 4);
  }

  @Test
  void mergedPartsEqualOnePass() {
    ConfusionMatrix whole = new ConfusionMatrix(2);
    whole.add(row(0, 1, 1, 0), row(0, 0, 1, 1));
    ConfusionMatrix first = new ConfusionMatrix(2);
    first.add(row(0, 1), row(0, 0));
    ConfusionMatrix second = new ConfusionMatrix(2);
    second.add(row(1, 0), row(1, 1));
    assertThat(second.merge(first).iou()).isEqualTo(whole.iou());
    assertThat(second.total()).isEqualTo(4);
  }

  @Test
  void refusesWhatDoesNotFit() {
    ConfusionMatrix matrix = new ConfusionMatrix(2);
    assertThatThrownBy(() -> matrix.add(row(0, 1), row(0)))
        .hasMessageStartingWith("prediction is LabelMap[1x1], the truth LabelMap[2x1]");
    assertThatThrownBy(() -> matrix.add(row(0, 1), row(0, 2)))
        .hasMessage("predicted id 2 at pixel 1 is none of 2 classes");
    assertThatThrownBy(() -> matrix.merge(new ConfusionMatrix(3)))
        .hasMessage("a matrix of 3 classes cannot be added to one of 2");
    assertThatThrownBy(() -> new ConfusionMatrix(0))
        .hasMessage("number of classes must be in 1..255, is 0");
  }
}
