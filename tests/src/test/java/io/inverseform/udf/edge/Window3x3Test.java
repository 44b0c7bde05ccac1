package io.inverseform.udf.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sobel and Laplacian, per class and of values, against their plain definitions. */
class Window3x3Test {
  private static final int[][] SOBEL_X = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
  private static final int[][] SOBEL_Y = {{-1, -2, -1}, {0, 0, 0}, {1, 2, 1}};
  private static final int[][] CROSS = {{0, 1, 0}, {1, -4, 1}, {0, 1, 0}};
  private static final int[][] DIAGONAL = {{2, 0, 2}, {0, -8, 0}, {2, 0, 2}};

  /** What an operator computes, and how. */
  private record Definition(Kind kind, List<int[][]> kernels, double maximum) {}

  private enum Kind {
    CLASSES,
    VALUES
  }

  private interface Constructor {
    Window3x3 create(double threshold, Border border, Ignored ignored);
  }

  static Stream<Arguments> operators() {
    List<int[][]> sobel = List.of(SOBEL_X, SOBEL_Y);
    return Stream.of(
        operator(SobelEdges::new, new Definition(Kind.CLASSES, sobel, 4.47)),
        operator(ValueSobelEdges::new, new Definition(Kind.VALUES, sobel, 4.47 * 255)),
        operator(
            laplacian(Laplacian.CROSS), new Definition(Kind.CLASSES, List.<int[][]>of(CROSS), 4)),
        operator(
            laplacian(Laplacian.DIAGONAL),
            new Definition(Kind.CLASSES, List.<int[][]>of(DIAGONAL), 8)),
        operator(
            (threshold, border, ignored) ->
                new ValueLaplacianEdges(Laplacian.DIAGONAL, threshold, border, ignored),
            new Definition(Kind.VALUES, List.<int[][]>of(DIAGONAL), 8 * 255)));
  }

  private static Arguments operator(Constructor constructor, Definition definition) {
    return Arguments.of(constructor, definition);
  }

  private static Constructor laplacian(Laplacian kernel) {
    return (threshold, border, ignored) -> new LaplacianEdges(kernel, threshold, border, ignored);
  }

  @ParameterizedTest
  @MethodSource("operators")
  void equalsThePlainDefinitionOnRandomMapsOfAllSizes(
      Constructor constructor, Definition definition) {
    KeyedRandom random = new KeyedRandom(1);
    for (int round = 0; round < 320; round++) {
      Border border = Border.values()[round % 2];
      Ignored ignored = Ignored.values()[round / 2 % 4];
      int width = 1 + random.nextInt(round % 5 == 0 ? 140 : 20);
      LabelMap map = RandomMaps.blocks(random, width, 1 + random.nextInt(9));
      double threshold = random.nextDouble(0.1, round % 3 == 0 ? 4 : definition.maximum);
      double[] expected = plain(map, definition, border, ignored);
      Window3x3 operator = constructor.create(threshold, border, ignored);
      byte[] edges = operator.edges(map).ids();
      float[] magnitudes = operator.magnitudes(map);
      for (int i = 0; i < expected.length; i++) {
        assertThat(magnitudes[i])
            .as("round %d, %s, %s, %s, pixel %d", round, map, border, ignored, i)
            .isEqualTo((float) expected[i]);
        assertThat(edges[i]).isEqualTo((byte) (expected[i] >= threshold ? 1 : 0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Ignored.class)
  void edgesOfAllClassesTogetherAreTheEdges(Ignored ignored) {
    KeyedRandom random = new KeyedRandom(2);
    for (int round = 0; round < 50; round++) {
      LabelMap map = RandomMaps.blocks(random, 1 + random.nextInt(80), 1 + random.nextInt(9));
      EdgeOperator operator = new SobelEdges(2, Border.REPEAT, ignored);
      byte[] together = new byte[map.ids().length];
      for (int trainId : new int[] {0, 1, 2, 3, 255}) {
        if (trainId < 255 || ignored == Ignored.CLASS) {
          byte[] edges = operator.classEdges(map, trainId).ids();
          for (int i = 0; i < edges.length; i++) {
            together[i] |= edges[i];
          }
        }
      }
      assertThat(together).as("round %d", round).isEqualTo(operator.edges(map).ids());
    }
  }

  @Test
  void ignoredPixelsEndAClassOrMakeNoEdgeOrDropWhatIsNear() {
    LabelMap map = new LabelMap(7, 1, new byte[] {1, 1, -1, 2, 2, 3, 3});
    assertThat(edges(map, Ignored.OUTSIDE)).containsExactly(0, 1, 1, 1, 1, 1, 0);
    assertThat(edges(map, Ignored.NO_EDGE)).containsExactly(0, 0, 0, 0, 1, 1, 0);
    assertThat(edges(map, Ignored.DROPPED)).containsExactly(0, 0, 0, 0, 1, 1, 0);
    LabelMap thin = new LabelMap(2, 2, new byte[] {1, 2, -1, 2});
    assertThat(edges(thin, Ignored.NO_EDGE)).containsExactly(1, 1, 0, 1);
    assertThat(edges(thin, Ignored.DROPPED)).containsOnly(0);
  }

  private static byte[] edges(LabelMap map, Ignored ignored) {
    return new SobelEdges(1, Border.REPEAT, ignored).edges(map).ids();
  }

  @Test
  void refusesThresholdsThatEveryPixelOrNoPixelReaches() {
    assertThatThrownBy(
            () -> new LaplacianEdges(Laplacian.CROSS, 4.1, Border.REPEAT, Ignored.DROPPED))
        .hasMessage(
            "Laplacian threshold must be above 0 and at most 4.0, the largest magnitude there is;"
                + " is 4.1");
    assertThatThrownBy(() -> new ValueSobelEdges(1e9, Border.REPEAT, Ignored.DROPPED))
        .hasMessageStartingWith("Sobel threshold must be above 0 and at most 1140.3")
        .hasMessageEndingWith("is 1.0E9");
  }

  @Test
  void operatorsTravelToOtherMachines() throws IOException, ClassNotFoundException {
    LabelMap map = new LabelMap(4, 1, new byte[] {0, 0, 3, 3});
    for (EdgeOperator operator :
        List.of(new SobelEdges(1), new DistanceEdges(2.5, Ignored.NO_EDGE))) {
      assertThat(((EdgeOperator) copy(operator)).edges(map)).isEqualTo(operator.edges(map));
    }
    byte[] rgb = {0, 0, 0, 9, 9, 9};
    assertThat(((ImageEdges) copy(ImageEdges.above(5))).edges(2, 1, rgb).ids()).containsOnly(1);
  }

  private static Object copy(Object object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return in.readObject();
    }
  }

  private static double[] plain(
      LabelMap map, Definition definition, Border border, Ignored ignored) {
    double[] magnitudes = new double[map.ids().length];
    for (int i = 0; i < magnitudes.length; i++) {
      int[][] window = window(map, i % map.width(), i / map.width(), border);
      if (mayBeEdge(window, ignored)) {
        magnitudes[i] = magnitude(window, definition, ignored);
      }
    }
    return magnitudes;
  }

  /** Settles what ignored pixels mean; false if no edge can be there. */
  private static boolean mayBeEdge(int[][] window, Ignored ignored) {
    int middle = window[1][1];
    boolean found = false;
    for (int[] row : window) {
      for (int column = 0; column < 3; column++) {
        if (row[column] == LabelMap.IGNORE) {
          found = true;
          row[column] = ignored == Ignored.NO_EDGE ? middle : LabelMap.IGNORE;
        }
      }
    }
    return switch (ignored) {
      case CLASS, OUTSIDE -> true;
      case NO_EDGE -> middle != LabelMap.IGNORE;
      case DROPPED -> !found;
    };
  }

  private static double magnitude(int[][] window, Definition definition, Ignored ignored) {
    if (definition.kind == Kind.VALUES) {
      return magnitude(window, definition.kernels);
    }
    double most = 0;
    for (int id = 0; id <= (ignored == Ignored.CLASS ? 255 : 254); id++) {
      int[][] members = new int[3][3];
      for (int i = 0; i < 9; i++) {
        members[i / 3][i % 3] = window[i / 3][i % 3] == id ? 1 : 0;
      }
      most = Math.max(most, magnitude(members, definition.kernels));
    }
    return most;
  }

  private static double magnitude(int[][] window, List<int[][]> kernels) {
    double squares = 0;
    for (int[][] kernel : kernels) {
      double response = 0;
      for (int i = 0; i < 9; i++) {
        response += kernel[i / 3][i % 3] * window[i / 3][i % 3];
      }
      squares += response * response;
    }
    return Math.sqrt(squares);
  }

  private static int[][] window(LabelMap map, int x, int y, Border border) {
    int[][] window = new int[3][3];
    for (int i = 0; i < 9; i++) {
      int column = inside(x + i % 3 - 1, map.width(), border);
      int row = inside(y + i / 3 - 1, map.height(), border);
      window[i / 3][i % 3] = map.id(column, row);
    }
    return window;
  }

  private static int inside(int index, int size, Border border) {
    int reflected = index < 0 ? -index : index >= size ? 2 * size - 2 - index : index;
    int wanted = border == Border.REFLECT ? reflected : index;
    return Math.max(0, Math.min(size - 1, wanted));
  }
}
