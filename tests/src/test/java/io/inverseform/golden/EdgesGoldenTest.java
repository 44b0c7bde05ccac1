package io.inverseform.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.edge.ValueSobelEdges;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("golden")
class EdgesGoldenTest {
  private static Npz golden;

  @BeforeAll
  static void read() throws IOException {
    golden = Npz.golden("edges.npz");
  }

  @ParameterizedTest
  @CsvSource({"gt0, 1e-9", "ge1, 1"})
  void classSobelEqualsTheReferenceBitByBit(String kind, double threshold) {
    check(new SobelEdges(threshold), "sobel_oh19_bin_" + kind + "_repl_noignore");
  }

  @ParameterizedTest
  @CsvSource("1e-9")
  void valueSobelEqualsTheReferenceBitByBit(double threshold) {
    check(new ValueSobelEdges(threshold), "sobel_bin_repl_noignore");
  }

  @ParameterizedTest
  @CsvSource({"1.5", "2", "2.5", "3", "3.2", "4", "4.4"})
  void classSobelThresholdsTheReferenceMagnitude(double threshold) {
    for (String prefix : golden.prefixes()) {
      float[] magnitude = golden.array(prefix + ".sobel_oh19_maxmag_repl").floats();
      byte[] nearIgnored = golden.array(prefix + ".ignore_dilated3x3").bytes();
      byte[] expected = new byte[magnitude.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (byte) (magnitude[i] >= threshold && nearIgnored[i] == 0 ? 1 : 0);
      }
      assertThat(new SobelEdges(threshold).edges(label(prefix)).ids())
          .as(prefix)
          .isEqualTo(expected);
    }
  }

  private static void check(EdgeOperator operator, String name) {
    assertThat(golden.prefixes()).isNotEmpty();
    for (String prefix : golden.prefixes()) {
      byte[] expected = golden.array(prefix + "." + name).bytes();
      assertThat(operator.edges(label(prefix)).ids()).as(prefix + "." + name).isEqualTo(expected);
    }
  }

  private static LabelMap label(String prefix) {
    Npz.Array label = golden.array(prefix + ".label");
    return new LabelMap(label.shape()[1], label.shape()[0], label.bytes());
  }
}
