package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.TestDevice;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Average;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.config.LossTerms.Classes;
import io.inverseform.job.config.LossTerms.HardAverage;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.GradientCheck;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What all terms promise, on random maps, and their values on maps that can be worked out. */
class LossTermsTest {
  private static final int CLASSES = 4;
  private static final int HEIGHT = 13;
  private static final int WIDTH = 11;
  private static final int PIXELS = HEIGHT * WIDTH;

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(TestDevice.get());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** Labels, and what is made of them; images of one class, ignored ones and mixed ones. */
  private record Maps(byte[] labels, float[] edges, int height, int width) {
    /** Below 0 for a mixed image, else the label of all its pixels. */
    static Maps of(int... images) {
      KeyedRandom random = new KeyedRandom(3);
      byte[] labels = new byte[images.length * PIXELS];
      float[] edges = new float[labels.length];
      for (int i = 0; i < labels.length; i++) {
        int image = images[i / PIXELS];
        int mixed = random.nextInt(9) == 0 ? LabelMap.IGNORE : random.nextInt(CLASSES);
        labels[i] = (byte) (image < 0 ? mixed : image);
        edges[i] = image < 0 ? random.nextInt(3) / 2 : 0;
      }
      return new Maps(labels, edges, HEIGHT, WIDTH);
    }

    int images() {
      return labels.length / (height * width);
    }

    Truth truth(NDManager manager, int classes) {
      List<float[][]> distances = new ArrayList<>();
      for (int n = 0; n < images(); n++) {
        byte[] ids = new byte[height * width];
        System.arraycopy(labels, n * ids.length, ids, 0, ids.length);
        distances.add(DistanceMaps.of(new LabelMap(width, height, ids), classes));
      }
      return new Truth(
          Tensors.labels(manager, labels, new Shape(images(), height, width)),
          Tensors.of(manager, edges, new Shape(images(), 1, height, width)),
          DistanceMaps.tensor(manager, distances, height, width));
    }
  }

  private NDArray gaussian(long seed, long... shape) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextGaussian());
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  /** A term's sum over the images and the gradients of both kinds of logits. */
  private record Outcome(float sum, float[] logits, float[] boundary) {}

  private Outcome run(LossConfig.Term config, Maps maps, NDArray logits, NDArray boundary) {
    int classes = Math.toIntExact(logits.getShape().get(1));
    Differentiable free = new Differentiable(logits.duplicate());
    Differentiable freeBoundary = new Differentiable(boundary.duplicate());
    return run(config, maps, free, freeBoundary, x -> x, classes);
  }

  private Outcome run(
      LossConfig.Term config,
      Maps maps,
      Differentiable logits,
      Differentiable boundary,
      Function<NDArray, NDArray> layout,
      int classes) {
    NDArray sum;
    try (Truth truth = maps.truth(manager, classes);
        Prediction prediction =
            new Prediction(
                new Output("main", layout.apply(logits.leaf()), layout.apply(boundary.leaf())),
                classes,
                truth)) {
      sum = LossTerm.of(config, classes, null).sumOverImages(prediction, truth);
    }
    assertThat(sum.getShape()).as(config.lossName()).isEqualTo(new Shape());
    assertThat(sum.getDataType()).as(config.lossName()).isEqualTo(DataType.FLOAT32);
    Differentiable.backward(sum);
    return new Outcome(
        sum.getFloat() + 0f, unsigned(logits.gradient()), unsigned(boundary.gradient()));
  }

  /** Zeros without a sign: -0 is not equal to 0 in a comparison of arrays. */
  private static float[] unsigned(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] += 0f;
    }
    return values;
  }

  private static void assertFinite(String name, Outcome outcome) {
    assertThat(outcome.sum()).as(name).isFinite();
    for (float value : outcome.logits()) {
      assertThat(value).as(name).isFinite();
    }
    for (float value : outcome.boundary()) {
      assertThat(value).as(name).isFinite();
    }
  }

  static Stream<Arguments> terms() {
    return Stream.of(Scope.values())
        .flatMap(
            scope ->
                EveryTerm.of(scope).stream()
                    .map(term -> Arguments.of(term.lossName() + ", " + scope, term)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("terms")
  void allIgnoredWithoutEdgesIsZeroWithoutGradient(String name, LossConfig.Term term) {
    Maps maps = Maps.of(LabelMap.IGNORE, LabelMap.IGNORE);
    float[] none = new float[maps.edges().length];
    Arrays.fill(none, 255);
    Maps ignored = new Maps(maps.labels(), none, HEIGHT, WIDTH);
    Outcome outcome = run(term, ignored, gaussian(1, 2, CLASSES, 5, 6), gaussian(2, 2, 1, 5, 6));
    assertThat(outcome.sum()).isZero();
    assertThat(outcome.logits()).containsOnly(0);
    assertThat(outcome.boundary()).containsOnly(0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("terms")
  void anyLegalImagesAreFinite(String name, LossConfig.Term term) {
    int[][] images = {{255, -1}, {0, 0}, {3, 255}, {-1, -1}, {1}};
    for (int[] labels : images) {
      Maps maps = Maps.of(labels);
      NDArray logits = gaussian(1, labels.length, CLASSES, 5, 6);
      NDArray boundary = gaussian(2, labels.length, 1, 5, 6);
      assertFinite(name, run(term, maps, logits, boundary));
      assertFinite(name, run(term, maps, logits.mul(1e4f), boundary.mul(1e4f)));
      assertFinite(name, run(term, maps, logits.zerosLike(), boundary.zerosLike()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("terms")
  void theGradientIsThatOfFiniteDifferences(String name, LossConfig.Term term) {
    boolean ofBoundary = term instanceof LossConfig.BoundaryCrossEntropy;
    Maps maps = Maps.of(-1, 255, -1);
    int channels = ofBoundary ? 1 : CLASSES;
    new GradientCheck()
        .input(maps.images(), channels, 2, 2)
        .check(
            x -> {
              NDManager owner = x.get(0).getManager();
              // The other kind of logits is a constant.
              NDArray other =
                  owner
                      .arange(0, maps.images() * (ofBoundary ? CLASSES : 1) * 4, 1)
                      .toType(DataType.FLOAT64, false)
                      .sin()
                      .reshape(maps.images(), ofBoundary ? CLASSES : 1, 2, 2);
              NDArray logits = ofBoundary ? other : x.get(0);
              NDArray boundary = ofBoundary ? x.get(0) : other;
              try (Truth truth = maps.truth(owner, CLASSES);
                  Prediction prediction =
                      new Prediction(new Output("main", logits, boundary), CLASSES, truth)) {
                return LossTerm.of(term, CLASSES, null).sumOverImages(prediction, truth);
              }
            });
  }

  static Stream<Arguments> termsByImage() {
    return EveryTerm.of(Scope.IMAGE).stream().map(term -> Arguments.of(term.lossName(), term));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("termsByImage")
  void halvesOfABatchAddUpToTheWhole(String name, LossConfig.Term term) {
    NDArray logits = gaussian(1, 3, CLASSES, 5, 6);
    NDArray boundary = gaussian(2, 3, 1, 5, 6);
    Maps maps = Maps.of(-1, 255, -1);
    Outcome whole = run(term, maps, logits, boundary);
    float sum = 0;
    List<Float> gradients = new ArrayList<>();
    List<Float> ofBoundary = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      String index = n + ":" + (n + 1);
      byte[] labels = Arrays.copyOfRange(maps.labels(), n * PIXELS, (n + 1) * PIXELS);
      float[] edges = Arrays.copyOfRange(maps.edges(), n * PIXELS, (n + 1) * PIXELS);
      Outcome part =
          run(term, new Maps(labels, edges, HEIGHT, WIDTH), logits.get(index), boundary.get(index));
      sum += part.sum();
      for (float value : part.logits()) {
        gradients.add(value);
      }
      for (float value : part.boundary()) {
        ofBoundary.add(value);
      }
    }
    assertThat(sum).isCloseTo(whole.sum(), within(1e-5f * Math.max(1, Math.abs(whole.sum()))));
    for (int i = 0; i < gradients.size(); i++) {
      assertThat(gradients.get(i)).isCloseTo(whole.logits()[i], offset(1e-4f));
    }
    for (int i = 0; i < ofBoundary.size(); i++) {
      assertThat(ofBoundary.get(i)).isCloseTo(whole.boundary()[i], offset(1e-4f));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("terms")
  void theLayoutInMemoryChangesNothing(String name, LossConfig.Term term) {
    Maps maps = Maps.of(-1, -1);
    NDArray logits = gaussian(1, 2, CLASSES, HEIGHT, WIDTH);
    NDArray boundary = gaussian(2, 2, 1, HEIGHT, WIDTH);
    Outcome plain = run(term, maps, logits, boundary);
    List<Function<NDArray, NDArray>> layouts =
        List.of(
            Operators::channelsLast,
            x -> {
              // Every second column of a map twice as wide.
              Shape s = x.getShape();
              NDArray wide = x.expandDims(4).concat(x.expandDims(4), 4);
              return wide.reshape(s.get(0), s.get(1), s.get(2), 2 * s.get(3)).get(":, :, :, ::2");
            });
    for (Function<NDArray, NDArray> layout : layouts) {
      Outcome other =
          run(
              term,
              maps,
              new Differentiable(logits.duplicate()),
              new Differentiable(boundary.duplicate()),
              layout,
              CLASSES);
      assertThat(other.sum())
          .isCloseTo(plain.sum(), within(1e-5f * Math.max(1, Math.abs(plain.sum()))));
      for (int i = 0; i < plain.logits().length; i++) {
        assertThat(other.logits()[i]).isCloseTo(plain.logits()[i], offset(1e-4f));
      }
      for (int i = 0; i < plain.boundary().length; i++) {
        assertThat(other.boundary()[i]).isCloseTo(plain.boundary()[i], offset(1e-4f));
      }
    }
  }

  // One row of pixels with the labels 0, 1, 1, ignored; logits such that the probability of class 0
  // is 1/2, 1/4, 3/4, 1/2.
  private static final Maps ROW =
      new Maps(new byte[] {0, 1, 1, (byte) 255}, new float[] {1, 0, 0, 255}, 1, 4);

  private static final double[] COSTS = {Math.log(2), Math.log(4 / 3.0), Math.log(4)};

  private double row(LossConfig.Term term) {
    float ln3 = (float) Math.log(3);
    NDArray logits =
        manager.create(new float[] {0, 0, ln3, 0, 0, ln3, 0, 0}, new Shape(1, 2, 1, 4));
    NDArray boundary = manager.create(new float[] {2, 2, -2, 2}, new Shape(1, 1, 1, 4));
    return run(term, ROW, logits, boundary).sum();
  }

  private static LossTerms.CrossEntropy crossEntropy(
      List<Double> weights, int ignoreIndex, Average average) {
    return new LossTerms.CrossEntropy(1, "ce", weights, ignoreIndex, false, average, Scope.IMAGE);
  }

  @Test
  void crossEntropyIsAveragedAsConfigured() {
    double sum = COSTS[0] + COSTS[1] + COSTS[2];
    assertRow(crossEntropy(List.of(), 255, Average.VALID), sum / 3);
    assertRow(crossEntropy(List.of(), 255, Average.ALL), sum / 4);
    assertRow(crossEntropy(List.of(), 255, Average.SUM), sum);
    List<Double> weights = List.of(4.0, 0.5);
    double weighted = 4 * COSTS[0] + 0.5 * (COSTS[1] + COSTS[2]);
    assertRow(crossEntropy(weights, 255, Average.VALID), weighted / 3);
    assertRow(crossEntropy(weights, 255, Average.WEIGHTS), weighted / 5);
    assertRow(crossEntropy(weights, 0, Average.VALID), 0.5 * (COSTS[1] + COSTS[2]) / 2);
    assertRow(crossEntropy(weights, 0, Average.WEIGHTS), (COSTS[1] + COSTS[2]) / 2);
  }

  private void assertRow(LossConfig.Term term, double expected) {
    assertThat(row(term)).as("%s", term).isCloseTo(expected, within(1e-6));
  }

  @Test
  void focalWeighsByWhatIsMissing() {
    double expected = (COSTS[0] / 4 + COSTS[1] / 16 + COSTS[2] * 9 / 16) / 3;
    assertRow(
        new LossTerms.Focal(1, "focal", 2, List.of(), false, 1, Average.VALID, Scope.IMAGE),
        expected);
  }

  @Test
  void ohemKeepsPixelsBelowTheThresholdOrTheRank() {
    // The probabilities are 1/2, 3/4, 1/4.
    assertRow(ohem(0.6, 0, HardAverage.KEPT, 0), (COSTS[0] + COSTS[2]) / 2);
    assertRow(ohem(0.6, 0, HardAverage.ALL, 0), (COSTS[0] + COSTS[2]) / 4);
    assertRow(ohem(0.1, 1, HardAverage.KEPT, 0), COSTS[2]);
    assertRow(ohem(0.1, 0, HardAverage.KEPT, 0), 0);
    // Of the pixels that count, the boundary head sees an edge at the first two.
    assertRow(ohem(0.6, 0, HardAverage.KEPT, 0.8), COSTS[0]);
  }

  private static LossTerms.OnlineHardExamples ohem(
      double threshold, int kept, HardAverage average, double edges) {
    return new LossTerms.OnlineHardExamples(
        1, "ohem", threshold, kept, average, edges, Scope.IMAGE);
  }

  @Test
  void topKIsTheMeanOfTheHardestShareOfWhatCounts() {
    assertRow(new LossTerms.TopK(1, "top", 0.6, Scope.IMAGE), (COSTS[0] + COSTS[2]) / 2);
    assertRow(new LossTerms.TopK(1, "top", 1 / 3.0, Scope.BATCH), COSTS[2]);
  }

  @Test
  void regionsOverlapByDiceAndTversky() {
    // Class 0: common 1/2, predicted 3/2, true 1; class 1: common 1, predicted 3/2, true 2.
    double dice = ((1 - 2 * 0.5 / 2.5) + (1 - 2 * 1 / 3.5)) / 2;
    assertRow(new LossTerms.Dice(1, "dice", 1, 0, Classes.PRESENT, Scope.IMAGE), dice);
    double smooth = ((1 - 2 / 3.5) + (1 - 3 / 4.5)) / 2;
    assertRow(new LossTerms.Dice(1, "dice", 1, 1, Classes.ALL, Scope.IMAGE), smooth);
    double tversky =
        ((1 - 0.5 / (0.5 + 0.2 * 1 + 0.8 * 0.5)) + (1 - 1 / (1 + 0.2 * 0.5 + 0.8 * 1))) / 2;
    assertRow(
        new LossTerms.Tversky(1, "tversky", 0.2, 0.8, 0, Classes.PRESENT, Scope.IMAGE), tversky);
  }

  @Test
  void theRelaxedBoundaryAsksForAnyClassNearby() {
    // Without a border it is cross-entropy, with one more in the divisor.
    double sum = COSTS[0] + COSTS[1] + COSTS[2];
    assertRow(new LossTerms.RelaxedBoundary(1, "relaxed", 0, 0, Scope.IMAGE), sum / 4);
    // Only the third pixel and the ignored one are away from the change; both want class 1.
    assertRow(
        new LossTerms.RelaxedBoundary(1, "relaxed", 1, 0, Scope.IMAGE),
        (COSTS[2] + Math.log(2)) / 5);
  }

  @Test
  void signedDistancesCountByProbability() {
    // Class 0: -1, 1, 2 from the left; class 1 the opposite.
    double first = (-1 * 0.5 + 1 * 0.25 + 2 * 0.75) / 6;
    double second = (1 * 0.5 - 1 * 0.75 - 2 * 0.25) / 6;
    assertRow(new LossTerms.SignedDistance(1, "distance", Scope.IMAGE), first + second);
  }

  @Test
  void edgesHaveAFixedWeightIfConfigured() {
    double edge = Math.log(1 + Math.exp(-2));
    double other = Math.log(1 + Math.exp(2)) + Math.log(1 + Math.exp(-2));
    assertRow(
        new LossConfig.BoundaryCrossEntropy(1, "bce", 5, Average.VALID, Scope.IMAGE),
        (5 * edge + other) / 3);
    assertRow(
        new LossConfig.BoundaryCrossEntropy(1, "bce", 5, Average.ALL, Scope.IMAGE),
        (5 * edge + other) / 4);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void sigmoidCrossEntropyIsAveragedOverTheClasses(Scope scope) {
    LossTerms.CrossEntropy term =
        new LossTerms.CrossEntropy(1, "bce", List.of(), 255, true, Average.VALID, scope);
    NDArray zeros = manager.zeros(new Shape(1, 2, 1, 4));
    NDArray boundary = manager.zeros(new Shape(1, 1, 1, 4));
    assertThat(run(term, ROW, zeros, boundary).sum()).isCloseTo((float) Math.log(2), offset(1e-6f));
  }

  @Test
  void whatDoesNotFitTheNetworkIsRefusedWithBoth() {
    assertThatThrownBy(() -> row(crossEntropy(List.of(1.0, 2.0, 3.0), 255, Average.VALID)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "loss.terms: term ce has 3 class_weights, [1.0, 2.0, 3.0], and the network 2 classes: give one"
                + " a class");
    assertThatThrownBy(() -> row(crossEntropy(List.of(), 2, Average.VALID)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "loss.terms: term ce has the ignore_index 2, which no label can be: the network has 2"
                + " classes, and 255 is ignored anyway; set it to a class, or leave it out");
    NDArray labels = manager.zeros(new Shape(1, 1, 4), DataType.INT64);
    NDArray edges = manager.zeros(new Shape(1, 1, 1, 4));
    NDArray logits = manager.zeros(new Shape(1, 2, 1, 4));
    Truth truth = new Truth(labels, edges);
    try (Prediction prediction = new Prediction(new Output("main", logits, edges), 2, truth)) {
      LossTerm term =
          LossTerm.of(new LossTerms.SignedDistance(1, "distance", Scope.IMAGE), 2, null);
      assertThatThrownBy(() -> term.sumOverImages(prediction, truth))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("loss term distance needs signed distances (1, 2, 1, 4) and was given none");
    }
    assertThatThrownBy(
            () ->
                new Prediction(
                    new Output("main", logits.toType(DataType.INT32, false), edges), 2, truth))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("main logits must be float32 or float64, are int32");
    Truth unknown = new Truth(manager.create(new long[] {0, 255, 2, 1}, new Shape(1, 1, 4)), edges);
    unknown.requireClasses(3);
    assertThatThrownBy(() -> unknown.requireClasses(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "label 2 at row 0, column 2 of image 0 is no class: the network has 2, and 255 is"
                + " ignored");
  }
}
