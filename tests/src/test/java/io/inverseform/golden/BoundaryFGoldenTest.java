package io.inverseform.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.Tolerance;
import java.io.IOException;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("golden")
class BoundaryFGoldenTest {
  private static final Offset<Double> ROUNDING = Offset.offset(1e-7);

  private static Npz golden;

  @BeforeAll
  static void read() throws IOException {
    golden = Npz.golden("boundary_f.npz");
    assertThat(golden.prefixes()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 9, 12})
  void everyPictureAndClassEqualsTheReference(int tolerance) {
    for (String prefix : golden.prefixes()) {
      Npz.Array f = golden.array("%s.F_t%d".formatted(prefix, tolerance));
      float[] precision = golden.array("%s.precision_t%d".formatted(prefix, tolerance)).floats();
      byte[] present = golden.array(prefix + ".any_boundary").bytes();
      int classes = f.shape()[1];
      for (int n = 0; n < f.shape()[0]; n++) {
        BoundaryF picture = new BoundaryF(classes, Tolerance.ofPixels(tolerance));
        add(picture, prefix, n);
        for (int c = 0; c < classes; c++) {
          int at = n * classes + c;
          String what = "%s, picture %d, class %d".formatted(prefix, n, c);
          assertThat(picture.pictures(c)).as(what).isEqualTo(present[at]);
          if (present[at] == 1) {
            close(picture.f()[c], f.floats()[at], what);
            close(picture.precision()[c], precision[at], what);
          } else {
            assertThat(picture.f()[c]).as(what).isNaN();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 9, 12})
  void bothMeansEqualTheReference(int tolerance) {
    for (String prefix : golden.prefixes()) {
      int[] shape = golden.array("%s.F_t%d".formatted(prefix, tolerance)).shape();
      BoundaryF all = new BoundaryF(shape[1], Tolerance.ofPixels(tolerance));
      for (int n = 0; n < shape[0]; n++) {
        add(all, prefix, n);
      }
      float published = golden.array("%s.meanF_ref_t%d".formatted(prefix, tolerance)).scalar();
      float present = golden.array("%s.meanF_present_t%d".formatted(prefix, tolerance)).scalar();
      close(all.publishedMean(), published, prefix);
      close(all.mean(), present, prefix);
    }
  }

  private static void close(double actual, float expected, String what) {
    assertThat(actual).as(what).isCloseTo(expected, ROUNDING);
  }

  private static void add(BoundaryF scores, String prefix, int picture) {
    scores.add(
        map(golden.array(prefix + ".gt"), picture), map(golden.array(prefix + ".pred"), picture));
  }

  private static LabelMap map(Npz.Array maps, int picture) {
    int height = maps.shape()[1];
    int width = maps.shape()[2];
    int from = picture * height * width;
    return new LabelMap(
        width, height, Arrays.copyOfRange(maps.bytes(), from, from + height * width));
  }
}
