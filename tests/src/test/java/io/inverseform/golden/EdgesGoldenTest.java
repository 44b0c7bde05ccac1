package io.inverseform.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.inverseform.udf.edge.Border;
import io.inverseform.udf.edge.Dilation;
import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.edge.Kernel3x3;
import io.inverseform.udf.edge.Laplacian;
import io.inverseform.udf.edge.LaplacianEdges;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.edge.ValueLaplacianEdges;
import io.inverseform.udf.edge.ValueSobelEdges;
import io.inverseform.udf.label.LabelMap;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every array of edges.npz that is not marked as a quirk, bit by bit. */
@Tag("golden")
class EdgesGoldenTest {
  private static final double ABOVE_0 = 1e-9;
  private static final Pattern DISTANCE =
      Pattern.compile("edge_edt_r(\\d+)(_noframe)?(_noignore)?");
  private static final Pattern RESPONSE =
      Pattern.compile("(sobel_gx|sobel_gy|lap1|lap3)_([a-z0-9]+)");
  private static final Pattern WINDOW =
      Pattern.compile(
          "(sobel|lap1|lap3)(_oh19|_oh20)?_(mag|maxmag|maxabs|bin|bin_gt0|bin_ge1)_([a-z0-9]+?)"
              + "(_noignore)?");

  private static final Npz GOLDEN = read();

  private static Npz read() {
    try {
      return Npz.golden("edges.npz");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> arrays() {
    return GOLDEN.names().stream()
        .filter(name -> !name.endsWith("_quirk") && !name.endsWith(".label"));
  }

  @ParameterizedTest
  @MethodSource("arrays")
  void equalsTheReferenceBitByBit(String array) {
    LabelMap label = label(array.substring(0, array.indexOf('.')));
    String name = array.substring(array.indexOf('.') + 1);
    Matcher distance = DISTANCE.matcher(name);
    Matcher response = RESPONSE.matcher(name);
    Matcher window = WINDOW.matcher(name);
    if (name.equals("ignore_dilated3x3")) {
      assertThat(Dilation.of(label, LabelMap.IGNORE, 1.5).ids()).isEqualTo(bytes(array));
    } else if (distance.matches()) {
      assertThat(distanceEdges(label, distance)).isEqualTo(bytes(array));
    } else if (response.matches()) {
      Kernel3x3 kernel = kernel(response.group(1));
      int[] responses = kernel.convolve(label, border(response.group(2)));
      float[] expected = GOLDEN.array(array).floats();
      for (int i = 0; i < expected.length; i++) {
        assertThat((float) responses[i]).as("pixel %d", i).isEqualTo(expected[i]);
      }
    } else if (window.matches()) {
      checkWindow(array, window);
    } else {
      fail("no test knows the array %s", array);
    }
  }

  private static byte[] distanceEdges(LabelMap label, MatchResult name) {
    int radius = Integer.parseInt(name.group(1));
    Ignored ignored = name.group(3) == null ? Ignored.OUTSIDE : Ignored.DROPPED;
    EdgeOperator operator = new DistanceEdges(radius, ignored);
    if (name.group(2) != null) {
      return operator.edges(label).ids();
    }
    // The frame is an edge there, since the map is framed with one pixel of no class.
    return inner(operator.edges(framed(label)));
  }

  private static void checkWindow(String array, MatchResult name) {
    String channels = name.group(2) == null ? "" : name.group(2);
    Border border = border(name.group(4));
    Ignored kept = channels.equals("_oh20") ? Ignored.CLASS : Ignored.OUTSIDE;
    Ignored ignored = name.group(5) == null ? kept : Ignored.DROPPED;
    double threshold = name.group(3).equals("bin_ge1") ? 1 : ABOVE_0;
    boolean magnitude = !name.group(3).startsWith("bin");
    if (channels.isEmpty() && name.group(1).equals("sobel")) {
      ValueSobelEdges operator = new ValueSobelEdges(threshold, border, ignored);
      check(array, magnitude, operator::magnitudes, operator::edges);
    } else if (channels.isEmpty()) {
      ValueLaplacianEdges operator =
          new ValueLaplacianEdges(laplacian(name.group(1)), threshold, border, ignored);
      check(array, magnitude, operator::magnitudes, operator::edges);
    } else if (name.group(1).equals("sobel")) {
      SobelEdges operator = new SobelEdges(threshold, border, ignored);
      check(array, magnitude, operator::magnitudes, operator::edges);
    } else {
      LaplacianEdges operator =
          new LaplacianEdges(laplacian(name.group(1)), threshold, border, ignored);
      check(array, magnitude, operator::magnitudes, operator::edges);
    }
  }

  private static void check(
      String array,
      boolean magnitude,
      Function<LabelMap, float[]> magnitudes,
      Function<LabelMap, LabelMap> edges) {
    LabelMap label = label(array.substring(0, array.indexOf('.')));
    if (magnitude) {
      assertThat(magnitudes.apply(label)).isEqualTo(GOLDEN.array(array).floats());
    } else {
      assertThat(edges.apply(label).ids()).isEqualTo(bytes(array));
    }
  }

  @ParameterizedTest
  @CsvSource({"1.5", "2", "2.5", "3", "3.2", "4", "4.4"})
  void classSobelThresholdsTheReferenceMagnitude(double threshold) {
    for (String prefix : GOLDEN.prefixes()) {
      float[] magnitude = GOLDEN.array(prefix + ".sobel_oh19_maxmag_repl").floats();
      byte[] nearIgnored = bytes(prefix + ".ignore_dilated3x3");
      byte[] expected = new byte[magnitude.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (byte) (magnitude[i] >= threshold && nearIgnored[i] == 0 ? 1 : 0);
      }
      assertThat(new SobelEdges(threshold).edges(label(prefix)).ids())
          .as(prefix)
          .isEqualTo(expected);
    }
  }

  @Test
  void edgesOfAllClassesTogetherAreTheEdges() {
    List<EdgeOperator> operators =
        List.of(
            new SobelEdges(1, Border.REFLECT, Ignored.OUTSIDE),
            new LaplacianEdges(Laplacian.DIAGONAL, 3, Border.REPEAT, Ignored.OUTSIDE),
            new DistanceEdges(2, Ignored.OUTSIDE));
    for (String prefix : GOLDEN.prefixes()) {
      for (EdgeOperator operator : operators) {
        byte[] union = new byte[label(prefix).ids().length];
        for (int trainId = 0; trainId < 19; trainId++) {
          byte[] edges = operator.classEdges(label(prefix), trainId).ids();
          for (int i = 0; i < union.length; i++) {
            union[i] |= edges[i];
          }
        }
        assertThat(union).isEqualTo(operator.edges(label(prefix)).ids());
      }
    }
  }

  private static Kernel3x3 kernel(String name) {
    return switch (name) {
      case "sobel_gx" -> Kernel3x3.SOBEL_X;
      case "sobel_gy" -> Kernel3x3.SOBEL_Y;
      case "lap1" -> Kernel3x3.LAPLACIAN_CROSS;
      default -> Kernel3x3.LAPLACIAN_DIAGONAL;
    };
  }

  private static Laplacian laplacian(String name) {
    return name.equals("lap1") ? Laplacian.CROSS : Laplacian.DIAGONAL;
  }

  private static Border border(String name) {
    return switch (name) {
      case "r101" -> Border.REFLECT;
      case "repl" -> Border.REPEAT;
      default -> fail("no border is called %s", name);
    };
  }

  private static LabelMap framed(LabelMap map) {
    int width = map.width() + 2;
    byte[] ids = new byte[width * (map.height() + 2)];
    Arrays.fill(ids, (byte) LabelMap.IGNORE);
    for (int y = 0; y < map.height(); y++) {
      System.arraycopy(map.ids(), y * map.width(), ids, (y + 1) * width + 1, map.width());
    }
    return new LabelMap(width, map.height() + 2, ids);
  }

  private static byte[] inner(LabelMap map) {
    int width = map.width() - 2;
    byte[] ids = new byte[width * (map.height() - 2)];
    for (int y = 0; y < map.height() - 2; y++) {
      System.arraycopy(map.ids(), (y + 1) * map.width() + 1, ids, y * width, width);
    }
    return ids;
  }

  private static byte[] bytes(String array) {
    return GOLDEN.array(array).bytes();
  }

  private static LabelMap label(String prefix) {
    Npz.Array label = GOLDEN.array(prefix + ".label");
    return new LabelMap(label.shape()[1], label.shape()[0], label.bytes());
  }
}
