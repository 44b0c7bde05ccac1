package io.inverseform.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.ConfusionMatrix;
import java.io.IOException;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("golden")
class MetricsGoldenTest {
  private static final Offset<Float> ROUNDING = Offset.offset(1e-7f);

  private static Npz golden;

  @BeforeAll
  static void read() throws IOException {
    golden = Npz.golden("metrics.npz");
    assertThat(golden.prefixes()).isNotEmpty();
  }

  @Test
  void countsEqualTheReference() {
    for (String prefix : golden.prefixes()) {
      ConfusionMatrix matrix = matrix(prefix);
      int[] expected = golden.array(prefix + ".hist").ints();
      for (int i = 0; i < expected.length; i++) {
        long count = matrix.count(i / matrix.classes(), i % matrix.classes());
        assertThat(count).as("%s.hist[%d]", prefix, i).isEqualTo(expected[i]);
      }
    }
  }

  @Test
  void scoresEqualTheReference() {
    for (String prefix : golden.prefixes()) {
      ConfusionMatrix matrix = matrix(prefix);
      float[] iou = golden.array(prefix + ".iou").floats();
      for (int c = 0; c < iou.length; c++) {
        if (Float.isNaN(iou[c])) {
          assertThat(matrix.iou()[c]).as("%s.iou[%d]", prefix, c).isNaN();
        } else {
          close(matrix.iou()[c], iou[c]);
        }
      }
      close(matrix.meanIou(), golden.array(prefix + ".mean_iou").scalar());
      close(matrix.accuracy(), golden.array(prefix + ".acc").scalar());
      close(matrix.meanAccuracy(), golden.array(prefix + ".acc_cls").scalar());
      close(matrix.frequencyWeightedIou(), golden.array(prefix + ".fwavacc").scalar());
    }
  }

  @Test
  void errorsByClassEqualTheReference() {
    for (String prefix : golden.prefixes()) {
      ConfusionMatrix matrix = matrix(prefix);
      float[] hits = golden.array(prefix + ".tp").floats();
      float[] missed = golden.array(prefix + ".fn_true").floats();
      float[] wrong = golden.array(prefix + ".fp_true").floats();
      for (int c = 0; c < matrix.classes(); c++) {
        assertThat((float) matrix.count(c, c)).isEqualTo(hits[c]);
        assertThat((float) (matrix.truths(c) - matrix.count(c, c))).isEqualTo(missed[c]);
        assertThat((float) (matrix.predictions(c) - matrix.count(c, c))).isEqualTo(wrong[c]);
      }
    }
  }

  private static void close(double actual, float expected) {
    assertThat((float) actual).isCloseTo(expected, ROUNDING);
  }

  private static ConfusionMatrix matrix(String prefix) {
    int classes = golden.array(prefix + ".hist").shape()[0];
    ConfusionMatrix matrix = new ConfusionMatrix(classes);
    Npz.Array truth = golden.array(prefix + ".gt");
    Npz.Array prediction = golden.array(prefix + ".pred");
    matrix.add(flat(truth), flat(prediction));
    return matrix;
  }

  private static LabelMap flat(Npz.Array array) {
    return new LabelMap(array.size(), 1, array.bytes());
  }
}
