package io.inverseform.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.evaluate.BoundaryScore;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.Measures;
import io.inverseform.udf.score.Tally;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What evaluation reports, of tallies of several tasks. */
@Tag("golden")
class ScoresGoldenTest {
  private static final List<Double> TOLERANCES = List.of(1.0, 3.0, 5.0, 9.0, 12.0);
  private static final Measures MEASURES = Measures.of(TOLERANCES, 0.02, List.of(3.0));
  private static final Offset<Double> ROUNDING = Offset.offset(1e-7);

  private static Scores scores(Tally tally) {
    List<ClassCatalogue.LabelClass> classes =
        IntStream.range(0, tally.matrix().classes())
            .mapToObj(c -> new ClassCatalogue.LabelClass("class " + c, c, List.of(c)))
            .toList();
    return Scores.of(
        "golden", "val", "no view", new ClassCatalogue(classes, List.of()), tally, List.of());
  }

  /** Of a task each for all but the first picture's, merged from the last one on. */
  private static Tally tally(Npz golden, String prefix, int classes) {
    Npz.Array truths = golden.array(prefix + ".gt");
    int pictures = truths.shape().length > 2 ? truths.shape()[0] : 1;
    Tally all = new Tally(classes, MEASURES);
    for (int n = pictures - 1; n >= 0; n--) {
      all.merge(
          all.empty()
              .add(map(truths, pictures, n), map(golden.array(prefix + ".pred"), pictures, n)));
    }
    return all;
  }

  private static LabelMap map(Npz.Array maps, int pictures, int picture) {
    int[] shape = maps.shape();
    int pixels = maps.size() / pictures;
    int width = shape[shape.length - 1];
    return new LabelMap(
        width,
        pixels / width,
        Arrays.copyOfRange(maps.bytes(), picture * pixels, (picture + 1) * pixels));
  }

  private static void close(double actual, float expected, String what) {
    if (Float.isNaN(expected)) {
      assertThat(actual).as(what).isNaN();
    } else {
      assertThat(actual).as(what).isCloseTo(expected, ROUNDING);
    }
  }

  @Test
  void classesAndPixelsAreScoredAsInTheReference() throws IOException {
    Npz golden = Npz.golden("metrics.npz");
    for (String prefix : golden.prefixes()) {
      int classes = golden.array(prefix + ".hist").shape()[0];
      Scores scores = scores(tally(golden, prefix, classes));
      close(scores.meanIou(), golden.array(prefix + ".mean_iou").scalar(), prefix);
      close(scores.accuracy(), golden.array(prefix + ".acc").scalar(), prefix);
      close(scores.meanAccuracy(), golden.array(prefix + ".acc_cls").scalar(), prefix);
      close(scores.frequencyWeightedIou(), golden.array(prefix + ".fwavacc").scalar(), prefix);
      float[] iou = golden.array(prefix + ".iou").floats();
      int[] counts = golden.array(prefix + ".hist").ints();
      for (int c = 0; c < classes; c++) {
        close(scores.classes().get(c).iou(), iou[c], prefix + ", class " + c);
        for (int p = 0; p < classes; p++) {
          assertThat(scores.confusion().get(c).get(p)).isEqualTo(counts[c * classes + p]);
        }
      }
    }
  }

  @Test
  void boundariesAreScoredAsInTheReference() throws IOException {
    Npz golden = Npz.golden("boundary_f.npz");
    for (String prefix : golden.prefixes()) {
      int classes = golden.array(prefix + ".any_boundary").shape()[1];
      byte[] present = golden.array(prefix + ".any_boundary").bytes();
      List<BoundaryScore> boundaries = scores(tally(golden, prefix, classes)).boundaries();
      for (int t = 0; t < TOLERANCES.size(); t++) {
        BoundaryScore score = boundaries.get(t);
        String suffix = "_t" + TOLERANCES.get(t).intValue();
        close(score.mean(), golden.array(prefix + ".meanF_present" + suffix).scalar(), prefix);
        close(score.publishedMean(), golden.array(prefix + ".meanF_ref" + suffix).scalar(), prefix);
        float[] f = golden.array(prefix + ".F" + suffix).floats();
        float[] precision = golden.array(prefix + ".precision" + suffix).floats();
        for (int c = 0; c < classes; c++) {
          String what = prefix + suffix + ", class " + c;
          close(score.f().get(c), (float) mean(f, present, c, classes), what);
          close(score.precision().get(c), (float) mean(precision, present, c, classes), what);
        }
      }
    }
  }

  private static double mean(float[] values, byte[] present, int c, int classes) {
    return IntStream.range(0, values.length)
        .filter(i -> i % classes == c && present[i] == 1)
        .mapToDouble(i -> values[i])
        .average()
        .orElse(Double.NaN);
  }
}
