package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.TestDevice;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operator of the losses against central differences, or against values worked out. */
class LossOperatorsTest {
  /** What makes constants. */
  private static final Set<String> WITHOUT_GRADIENT =
      Set.of(
          "indicator",
          "constants",
          "oneHot",
          "classMask",
          "classWeights",
          "nearEdges",
          "hardLimit",
          "above",
          "multiHot");

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

  @Test
  void theGradientOfEveryOperatorIsChecked() {
    Set<String> operators =
        Arrays.stream(LossOperators.class.getDeclaredMethods())
            .filter(method -> !Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic())
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> checked =
        Arrays.stream(LossOperatorsTest.class.getDeclaredMethods())
            .map(Method::getName)
            .filter(name -> name.contains("HasItsGradient"))
            .map(name -> name.substring(0, name.indexOf("HasItsGradient")))
            .collect(Collectors.toSet());
    assertThat(operators).containsAll(WITHOUT_GRADIENT);
    operators.removeAll(WITHOUT_GRADIENT);
    assertThat(checked).containsAll(operators);
  }

  /** Two images of 2 x 2 with classes 0 to 2: 0 2 ignored 1, and 1 ignored 1 0. */
  private static NDArray target(NDManager owner) {
    return owner.create(new long[] {0, 2, 255, 1, 1, 255, 1, 0}, new Shape(2, 2, 2));
  }

  private static NDArray target(NDArray logits) {
    return target(logits.getManager());
  }

  /** Of as many classes as the logits have. */
  private static NDArray hot(NDArray logits) {
    return LossOperators.oneHot(target(logits), Math.toIntExact(logits.getShape().get(1)));
  }

  @Test
  void oneHotHasAOneInTheChannelOfAClassOnly() {
    assertThat(LossOperators.oneHot(target(manager), 2).toFloatArray())
        .containsExactly(
            1, 0, 0, 0, 0, 0, 0, 1, //
            0, 0, 0, 1, 1, 0, 1, 0);
  }

  @Test
  void indicatorsAndMasksTellValuesAndClasses() {
    NDArray x = manager.create(new float[] {0, 1, 255, 0.5f});
    assertThat(LossOperators.indicator(x, 0.5).toFloatArray()).containsExactly(0, 0, 0, 1);
    NDArray labels = manager.create(new long[] {0, 2, 3, 255, -1});
    assertThat(LossOperators.classMask(labels, 3).toFloatArray()).containsExactly(1, 1, 0, 0, 0);
    assertThat(LossOperators.constants(labels, new double[] {0.5, 3}).toFloatArray())
        .containsExactly(0.5f, 3);
  }

  @Test
  void atLeastHasItsGradientAndAMinimum() {
    new GradientCheck().input(3, 4).check(x -> LossOperators.atLeast(x.get(0), 0));
    NDArray x = manager.create(new float[] {-1, 2});
    assertThat(LossOperators.atLeast(x, 1).toFloatArray()).containsExactly(1, 2);
  }

  @Test
  void atMostHasItsGradientAndAMaximum() {
    new GradientCheck().input(3, 4).check(x -> LossOperators.atMost(x.get(0), 0));
    NDArray x = manager.create(new float[] {-1, 2});
    assertThat(LossOperators.atMost(x, 1).toFloatArray()).containsExactly(-1, 1);
  }

  @Test
  void classWeightsGrowWithRarityAndAreOneForAbsentClasses() {
    NDArray counts = manager.create(new float[] {3, 1, 0, 0, 0, 0}, new Shape(2, 3));
    assertThat(LossOperators.classWeights(counts, false, 2, false).toFloatArray())
        .containsExactly(1.5f, 2.5f, 1, 1, 1, 1);
    assertThat(LossOperators.classWeights(counts, true, 2, false).toFloatArray())
        .containsExactly(1.5f, 2.5f, 1, 1.5f, 2.5f, 1);
    assertThat(LossOperators.classWeights(counts, false, 1, true).toFloatArray())
        .containsExactly(new float[] {1 + 4 / 3f, 5, 1, 1, 1, 1}, offset(1e-6f));
  }

  @Test
  void nearEdgesLeavesTheTargetAboveTheThreshold() {
    NDArray boundary =
        manager.create(new float[] {2, 0, 2, -2, 9, 9, -9, Float.NaN}, new Shape(2, 1, 2, 2));
    assertThat(LossOperators.nearEdges(target(manager), boundary, 0.8, 255).toLongArray())
        .containsExactly(0, 255, 255, 255, 1, 255, 255, 255);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sigmoidCrossEntropyHasItsGradient(boolean weighted) {
    double[] positive = weighted ? new double[] {2, 0.5, 3} : new double[0];
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(x -> LossOperators.sigmoidCrossEntropy(x.get(0), hot(x.get(0)), positive));
    NDArray zeros = manager.zeros(new Shape(2, 3, 2, 2));
    float ln2 = (float) Math.log(2);
    float first = weighted ? 4 * ln2 : 3 * ln2;
    float[] values = LossOperators.sigmoidCrossEntropy(zeros, hot(zeros), positive).toFloatArray();
    assertThat(values[0]).isCloseTo(first, offset(1e-6f));
    assertThat(values[2]).as("ignored").isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1, 2})
  void focalHasItsGradientAlsoOfWhatIsKnown(double gamma) {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(
            x ->
                LossOperators.focal(
                    Operators.crossEntropy(x.get(0), target(x.get(0)), 255), gamma));
    Differentiable losses =
        new Differentiable(manager.create(new float[] {0, (float) Math.log(2), 1e6f}));
    NDArray focal = LossOperators.focal(losses.leaf(), gamma);
    Differentiable.backward(focal.sum());
    assertThat(focal.getFloat(0)).isZero();
    assertThat(focal.getFloat(1))
        .isCloseTo((float) (Math.pow(0.5, gamma) * Math.log(2)), offset(1e-6f));
    assertThat(focal.getFloat(2)).isEqualTo(1e6f);
    for (float gradient : losses.gradient()) {
      assertThat(gradient).isFinite();
    }
  }

  @Test
  void sigmoidFocalHasItsGradient() {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(x -> LossOperators.sigmoidFocal(x.get(0), hot(x.get(0)), 2, 0.25));
    NDArray zeros = manager.zeros(new Shape(2, 3, 2, 2));
    float[] values = LossOperators.sigmoidFocal(zeros, hot(zeros), 2, 0.25).toFloatArray();
    double one = 0.25 * Math.log(2);
    assertThat(values[0]).isCloseTo((float) (one * (0.25 + 2 * 0.75)), offset(1e-6f));
    assertThat(values[2]).as("ignored").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 9, 5", // Rank 0 is the largest.
    "1, 9, 4",
    "2, 9, 1", // Only three count: the smallest of them.
    "3, 9, 1",
    "99, 9, 1",
    "1, 2, 2" // No higher than that.
  })
  void theHardLimitIsTheLossOfARankAmongWhatCounts(int rank, double highest, float limit) {
    NDArray losses = manager.create(new float[] {5, 1, 7, 4}, new Shape(1, 4));
    NDArray counted = manager.create(new float[] {1, 1, 0, 1}, new Shape(1, 4));
    NDArray found = LossOperators.hardLimit(losses, counted, highest, rank);
    assertThat(found.toFloatArray()).containsExactly(limit);
    float[] above = LossOperators.above(losses, counted, found).toFloatArray();
    assertThat(above).containsExactly(5 > limit ? 1 : 0, 0, 0, 4 > limit ? 1 : 0);
  }

  @Test
  void theHardLimitOfRowsOfWhichNothingCountsIsFinite() {
    NDArray losses = manager.ones(new Shape(2, 4));
    NDArray none = manager.zeros(new Shape(2, 4));
    NDArray limit = LossOperators.hardLimit(losses, none, 3, 1);
    assertThat(limit.toFloatArray()).containsExactly(3, 3);
    assertThat(LossOperators.above(losses, none, limit).toFloatArray()).containsOnly(0);
  }

  @Test
  void hardestMeanHasItsGradientAndRoundsUp() {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(
            x -> {
              NDArray losses = Operators.crossEntropy(x.get(0), target(x.get(0)), 255);
              NDArray counted = LossOperators.classMask(target(x.get(0)), 3);
              return LossOperators.hardestMean(losses.reshape(2, -1), counted.reshape(2, -1), 0.5);
            });
    NDArray losses = manager.create(new float[] {5, 1, 7, 4, 3, 2, 1, 9}, new Shape(2, 4));
    NDArray counted = manager.create(new float[] {1, 1, 0, 1, 0, 0, 0, 0}, new Shape(2, 4));
    assertThat(LossOperators.hardestMean(losses, counted, 0.5).toFloatArray())
        .containsExactly(4.5f, 0);
    assertThat(LossOperators.hardestMean(losses, counted, 1 / 3.0).toFloatArray())
        .containsExactly(5, 0);
  }

  @Test
  void multiHotNamesTheClassesOfAWindowAndWhatIsNone() {
    NDArray row = manager.create(new long[] {0, 0, 1, 255, 2}, new Shape(1, 1, 5));
    NDArray none = LossOperators.multiHot(row, 3, 0);
    assertThat(none.get("0, 0, 0").toFloatArray()).containsExactly(1, 1, 0, 0, 0);
    assertThat(none.get("0, 3, 0").toFloatArray()).containsExactly(0, 0, 0, 1, 0);
    NDArray one = LossOperators.multiHot(row, 3, 1);
    assertThat(one.get("0, 0, 0").toFloatArray()).containsExactly(1, 1, 1, 0, 0);
    assertThat(one.get("0, 1, 0").toFloatArray()).containsExactly(0, 1, 1, 1, 0);
    assertThat(one.get("0, 2, 0").toFloatArray()).containsExactly(0, 0, 0, 1, 1);
    // Rows above and below are outside of the image.
    assertThat(one.get("0, 3, 0").toFloatArray()).containsOnly(1);
    NDArray three = LossOperators.multiHot(row, 3, 3);
    assertThat(three.get("0, 2, 0").toFloatArray()).containsExactly(0, 1, 1, 1, 1);
  }

  @Test
  void relaxedLogLikelihoodHasItsGradientAlsoOfEmptySets() {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(
            x ->
                LossOperators.relaxedLogLikelihood(
                    x.get(0), LossOperators.multiHot(target(x.get(0)), 3, 0).get(":, :3")));
    NDArray logits = manager.create(new float[] {0, 0, 0, 0}, new Shape(1, 4, 1, 1));
    NDArray two = manager.create(new float[] {1, 0, 1, 0}, new Shape(1, 4, 1, 1));
    assertThat(LossOperators.relaxedLogLikelihood(logits, two).toFloatArray()[0])
        .isCloseTo((float) Math.log(0.5), offset(1e-6f));
    Differentiable free = new Differentiable(logits);
    NDArray none = LossOperators.relaxedLogLikelihood(free.leaf(), two.zerosLike());
    Differentiable.backward(none.sum());
    assertThat(none.toFloatArray()).containsExactly(0);
    assertThat(free.gradient()).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2})
  void regionSumsHasItsGradient(double exponent) {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(x -> LossOperators.regionSums(x.get(0), hot(x.get(0)), exponent));
    NDArray uniform = manager.zeros(new Shape(2, 3, 2, 2));
    float third = 1 / 3f;
    float p = (float) Math.pow(third, exponent);
    assertThat(LossOperators.regionSums(uniform, hot(uniform), exponent).toFloatArray())
        .containsExactly(
            new float[] {
              third, third, third, 3 * p, 3 * p, 3 * p, 1, 1, 1, //
              third, 2 * third, 0, 3 * p, 3 * p, 3 * p, 1, 2, 0
            },
            offset(1e-6f));
  }

  @Test
  void tverskyHasItsGradient() {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(
            x ->
                LossOperators.tversky(
                    LossOperators.regionSums(x.get(0), hot(x.get(0)), 1), 0.3, 0.7, 1));
    // 4 common, 6 predicted, 5 true; 4 / (4 + 0.5 * 2 + 2 * 1) = 4 / 7.
    NDArray sums = manager.create(new float[] {4, 0, 6, 0, 5, 0}, new Shape(1, 3, 2));
    assertThat(LossOperators.tversky(sums, 0.5, 2, 0).toFloatArray())
        .containsExactly(new float[] {3 / 7f, 0}, offset(1e-6f));
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "2, 2", "1, 3", "1, 1"})
  void mutualInformationHasItsGradient(int pool, int radius) {
    new GradientCheck()
        .input(2, 2, 6, 7)
        .check(
            x -> {
              long[] labels = new long[2 * 6 * 7];
              Arrays.setAll(labels, i -> i % 11 == 0 ? 255 : i * 7 % 5 % 2);
              NDArray target = x.get(0).getManager().create(labels, new Shape(2, 6, 7));
              NDArray hot = LossOperators.oneHot(target, 2);
              return LossOperators.mutualInformation(x.get(0), hot, pool, radius);
            });
  }

  @Test
  void mutualInformationOfAnImageOfIgnoredPixelsIsZero() {
    Differentiable logits = new Differentiable(manager.ones(new Shape(1, 2, 6, 7)));
    NDArray target = manager.full(new Shape(1, 6, 7), 255, DataType.INT64);
    NDArray hot = LossOperators.oneHot(target, 2);
    NDArray information = LossOperators.mutualInformation(logits.leaf(), hot, 4, 2);
    Differentiable.backward(information.sum());
    assertThat(information.toFloatArray()).containsExactly(0);
    assertThat(logits.gradient()).containsOnly(0);
  }

  @Test
  void expectedDistanceHasItsGradient() {
    new GradientCheck()
        .input(1, 3, 2, 2)
        .check(
            x ->
                LossOperators.expectedDistance(
                    x.get(0),
                    x.get(0).getManager().arange(-5, 7, 1, DataType.FLOAT32).reshape(1, 3, 2, 2)));
  }

  @Test
  void sobelBoundaryHasItsGradientAndIsOneOnBothSidesOfACertainEdge() {
    new GradientCheck()
        .input(2, 3, 4, 5)
        .check(x -> LossOperators.sobelBoundary(Operators.scale(x.get(0), 0.3), 1e-3));
    // Two classes, far out, side by side.
    float[] side = {50, 50, -50, -50, 50, 50, -50, -50, 50, 50, -50, -50};
    float[] other = new float[side.length];
    NDArray first = manager.create(side, new Shape(1, 1, 3, 4));
    NDArray logits = first.concat(manager.create(other, new Shape(1, 1, 3, 4)), 1);
    Differentiable free = new Differentiable(logits);
    NDArray boundary = LossOperators.sobelBoundary(free.leaf(), 1e-3);
    assertThat(boundary.toFloatArray())
        .containsExactly(new float[] {0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0}, offset(2e-3f));
    Differentiable.backward(boundary.sum());
    for (float gradient : free.gradient()) {
      assertThat(gradient).isFinite();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void geodesicDistancesHasItsGradient(double epsilon) {
    new GradientCheck()
        .input(6, 8)
        .check(x -> LossOperators.geodesicDistances(Operators.scale(x.get(0), 0.2), 0.1, epsilon));
  }

  @Test
  void unlikenessHasItsGradients() {
    new GradientCheck()
        .input(2, 1, 3, 4)
        .input(2, 1, 3, 4)
        .check(x -> LossOperators.unlikeness(x.get(0), x.get(1)));
  }

  /** With a row that is far longer: where two singular values are equal there is no gradient. */
  @Test
  void spectralExcessHasItsGradients() {
    new GradientCheck()
        .input(1, 2, 3, 3)
        .input(4, 2, 3, 3)
        .check(x -> LossOperators.spectralExcess(x.get(0).mul(4).concat(x.get(1)), 0.5));
  }

  /** Columns at right angles, of lengths that are the singular values. */
  @Test
  void theSpectralExcessIsTheSquareOfWhatTheLargestSingularValueHasAboveTheLimit() {
    float[] weight = {3, 1.5f, 0, 3, -1.5f, 0, 0, 0, 0.5f, 0, 0, 0};
    NDArray x = Tensors.of(manager, weight, new Shape(4, 3));

    float excess = LossOperators.spectralExcess(x, 4).getFloat();

    assertThat(excess).isCloseTo((float) Math.pow(3 * Math.sqrt(2) - 4, 2), offset(1e-6f));
    assertThat(LossOperators.spectralExcess(x, 4.3).getFloat()).isZero();
    assertThat(LossOperators.spectralExcess(x.zerosLike(), 4).getFloat()).isZero();
  }
}
