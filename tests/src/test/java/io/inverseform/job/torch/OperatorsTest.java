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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operator against central differences, or against values worked out by hand. */
class OperatorsTest {
  private static final double MOMENTUM = 0.25;
  private static final double EPSILON = 0.01;

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

  /** What writes, measures or is a part of a node with a backward pass of its own. */
  private static final Set<String> WITHOUT_GRADIENT =
      Set.of(
          "batchStatistics",
          "moveStatistics",
          "normalise",
          "batchNormSums",
          "batchNormGradient",
          "classCounts",
          "copy",
          "copyAll",
          "addAll",
          "fill",
          "zerosLike",
          "norm",
          "detach",
          "requiresGradient");

  @Test
  void theGradientOfEveryOperatorIsChecked() {
    Set<String> operators =
        Arrays.stream(Operators.class.getDeclaredMethods())
            .filter(method -> !Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic())
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> checked =
        Stream.of(OperatorsTest.class, ConvolutionTest.class, SpatialTransformerTest.class)
            .flatMap(test -> Arrays.stream(test.getDeclaredMethods()))
            .map(Method::getName)
            .filter(name -> name.contains("HasItsGradient"))
            .map(name -> name.substring(0, name.indexOf("HasItsGradient")))
            .collect(Collectors.toSet());
    assertThat(operators).containsAll(WITHOUT_GRADIENT);
    operators.removeAll(WITHOUT_GRADIENT);
    assertThat(checked).containsAll(operators);
  }

  @ParameterizedTest
  @CsvSource({"1, true, false", "2, true, true", "2, false, true", "1, false, false"})
  void convolutionBatchNormHasItsGradients(int stride, boolean training, boolean relu) {
    new GradientCheck()
        .input(2, 2, 5, 4)
        .input(3, 2, 3, 3)
        .input(3)
        .input(3)
        .check(
            x ->
                Operators.convolutionBatchNorm(
                    x.get(0),
                    x.get(1),
                    null,
                    x.get(2),
                    x.get(3),
                    doubles(x.get(0), 0.1, -0.2, 0.3),
                    doubles(x.get(0), 1.5, 0.5, 1),
                    stride,
                    training,
                    MOMENTUM,
                    EPSILON,
                    relu));
  }

  @Test
  void convolutionBatchNormHasItsGradientsWithABias() {
    new GradientCheck()
        .input(2, 2, 3, 4)
        .input(2, 2, 1, 1)
        .input(2)
        .input(2)
        .input(2)
        .check(
            x ->
                Operators.convolutionBatchNorm(
                    x.get(0),
                    x.get(1),
                    x.get(2),
                    x.get(3),
                    x.get(4),
                    doubles(x.get(0), 0.1, -0.2),
                    doubles(x.get(0), 1.5, 0.5),
                    1,
                    false,
                    MOMENTUM,
                    EPSILON,
                    true));
  }

  @Test
  void batchNormNormalisesByTheBatchAndMovesTheRunningStatistics() {
    NDArray x = manager.create(new float[] {1, 2, 3, 6}, new Shape(2, 1, 1, 2));
    NDArray mean = manager.create(new float[] {10});
    NDArray variance = manager.create(new float[] {1});
    NDArray y =
        Operators.convolutionBatchNorm(
            x,
            manager.ones(new Shape(1, 1, 1, 1)),
            null,
            manager.ones(new Shape(1)),
            manager.zeros(new Shape(1)),
            mean,
            variance,
            1,
            true,
            MOMENTUM,
            0,
            true);
    // Mean 3, variance 14 / 4; the running one takes 14 / 3, without bias.
    float scale = (float) Math.sqrt(14 / 4.0);
    assertThat(y.toFloatArray()).containsExactly(new float[] {0, 0, 0, 3 / scale}, offset(1e-6f));
    assertThat(mean.getFloat()).isEqualTo(10 * 0.75f + 3 * 0.25f);
    assertThat(variance.getFloat()).isCloseTo((float) (0.75 + 14 / 3.0 * 0.25), offset(1e-6f));
  }

  @Test
  void batchNormInEvaluationLeavesTheRunningStatistics() {
    NDArray mean = manager.create(new float[] {2});
    NDArray variance = manager.create(new float[] {4});
    NDArray y =
        Operators.convolutionBatchNorm(
            manager.create(new float[] {4, 8}, new Shape(1, 1, 1, 2)),
            manager.ones(new Shape(1, 1, 1, 1)),
            null,
            manager.ones(new Shape(1)),
            manager.zeros(new Shape(1)),
            mean,
            variance,
            1,
            false,
            MOMENTUM,
            0,
            false);
    assertThat(y.toFloatArray()).containsExactly(1, 3);
    assertThat(mean.getFloat()).isEqualTo(2);
    assertThat(variance.getFloat()).isEqualTo(4);
  }

  @Test
  void channelsLastHasItsGradient() {
    new GradientCheck().input(2, 3, 4, 5).check(x -> Operators.channelsLast(x.get(0)));
  }

  @Test
  void softmaxHasItsGradient() {
    new GradientCheck().input(2, 3, 4).check(x -> Operators.softmax(x.get(0), 1));
  }

  @Test
  void multiplyHasItsGradients() {
    new GradientCheck()
        .input(2, 3, 4, 1)
        .input(2, 3, 1, 1)
        .check(x -> Operators.multiply(x.get(0), x.get(1)));
  }

  @Test
  void float32HasItsGradientOfWhatIsWideAlready() {
    new GradientCheck().input(2, 3).check(x -> Operators.float32(x.get(0)));
  }

  @Test
  void bfloat16HasItsGradientAndEightBits() {
    Differentiable x = new Differentiable(manager.create(new float[] {1, 1.0078125f, 1.001f, -3}));
    NDArray y = Operators.float32(Operators.bfloat16(x.leaf()));
    assertThat(y.toFloatArray()).containsExactly(1, 1.0078125f, 1, -3);
    Differentiable.backward(Operators.scale(y, 0.5).sum());
    assertThat(x.gradient()).containsExactly(0.5f, 0.5f, 0.5f, 0.5f);
  }

  @Test
  void linearHasItsGradientsThroughAViewOfTheWeight() {
    new GradientCheck()
        .input(3, 2)
        .input(4, 5)
        .input(4)
        .check(x -> Operators.linear(x.get(0), x.get(1).get(":, 3:"), x.get(2)));
  }

  @Test
  void linearNeedsNoBias() {
    NDArray x = manager.create(new float[] {1, 2}, new Shape(1, 2));
    NDArray weight = manager.create(new float[] {3, 4, 5, 6}, new Shape(2, 2));
    assertThat(Operators.linear(x, weight, null).toFloatArray()).containsExactly(11, 17);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void groupNormHasItsGradients(boolean relu) {
    new GradientCheck()
        .input(2, 4, 3, 2)
        .input(4)
        .input(4)
        .check(x -> Operators.groupNorm(x.get(0), 2, x.get(1), x.get(2), EPSILON, relu));
  }

  @Test
  void addInPlaceHasItsGradients() {
    new GradientCheck()
        .input(2, 3)
        .input(2, 3)
        .check(
            x -> {
              NDArray sum = x.get(0).mul(x.get(1));
              Operators.addInPlace(sum, x.get(0));
              return sum;
            });
  }

  @Test
  void addReluInPlaceHasItsGradients() {
    new GradientCheck()
        .input(2, 3)
        .input(2, 3)
        .check(
            x -> {
              NDArray sum = x.get(0).mul(x.get(1));
              Operators.addReluInPlace(sum, x.get(0));
              return sum;
            });
  }

  @Test
  void reluInPlaceHasItsGradient() {
    new GradientCheck()
        .input(2, 3)
        .check(
            x -> {
              NDArray y = x.get(0).mul(x.get(0).sum());
              Operators.reluInPlace(y);
              return y;
            });
  }

  @Test
  void reluAndSumHappenInTheMemoryOfTheFirst() {
    NDArray x = manager.create(new float[] {1, -5});
    Operators.addInPlace(x, manager.create(new float[] {2, 3}));
    assertThat(x.toFloatArray()).containsExactly(3, -2);
    Operators.reluInPlace(x);
    assertThat(x.toFloatArray()).containsExactly(3, 0);
  }

  @Test
  void scaleHasItsGradientAndKeepsTheType() {
    new GradientCheck().input(2, 3).check(x -> Operators.scale(x.get(0), -2.5));
    NDArray scalar = Operators.scale(manager.create(3f), 0.5);
    assertThat(scalar.getDataType()).isEqualTo(DataType.FLOAT32);
    assertThat(scalar.getFloat()).isEqualTo(1.5f);
  }

  @ParameterizedTest
  @CsvSource({"7, 3, false", "2, 6, true", "2, 2, false"})
  void bilinearHasItsGradients(long height, long width, boolean alignCorners) {
    new GradientCheck()
        .input(1, 2, 4, 5)
        .check(x -> Operators.bilinear(x.get(0), height, width, alignCorners));
  }

  @Test
  void bilinearLooksAtTwoPixelsAlsoWhenItShrinks() {
    NDArray x = manager.create(new float[] {0, 1, 2, 3, 40, 50, 6, 7}, new Shape(1, 1, 1, 8));
    assertThat(Operators.bilinear(x, 1, 2, false).toFloatArray()).containsExactly(1.5f, 28);
    assertThat(Operators.bilinear(x, 1, 2, true).toFloatArray()).containsExactly(0, 7);
  }

  @Test
  void contiguousHasItsGradient() {
    new GradientCheck()
        .input(2, 3)
        .check(x -> Operators.contiguous(x.get(0).transpose()).reshape(6));
  }

  @Test
  void crossEntropyHasItsGradientAndIgnores() {
    new GradientCheck()
        .input(2, 3, 2, 2)
        .check(x -> Operators.crossEntropy(x.get(0), target(x.get(0).getManager()), 255));
    NDArray uniform = manager.zeros(new Shape(2, 3, 2, 2));
    float nll = (float) Math.log(3);
    assertThat(Operators.crossEntropy(uniform, target(manager), 255).toFloatArray())
        .containsExactly(new float[] {nll, nll, 0, nll, nll, 0, nll, nll}, offset(1e-6f));
  }

  @Test
  void binaryCrossEntropyHasItsGradient() {
    new GradientCheck()
        .input(1, 1, 2, 3)
        .check(
            x ->
                Operators.binaryCrossEntropy(
                    x.get(0),
                    doubles(x.get(0), 0, 1, 1, 0, 0, 1).reshape(1, 1, 2, 3),
                    doubles(x.get(0), 0, 2, 3, 4, 5, 6).reshape(1, 1, 2, 3)));
  }

  @Test
  void rowNormsHasItsGradient() {
    new GradientCheck().input(3, 4).check(x -> Operators.rowNorms(x.get(0)));
  }

  @Test
  void theGradientOfANormOfZeroIsZero() {
    Differentiable rows =
        new Differentiable(manager.create(new float[] {0, 0, 3, 4}, new Shape(2, 2)));
    NDArray norms = Operators.rowNorms(rows.leaf());
    Differentiable.backward(norms.sum());
    assertThat(norms.toFloatArray()).containsExactly(0, 5);
    assertThat(rows.gradient()).containsExactly(0, 0, 0.6f, 0.8f);
  }

  @Test
  void smoothRowNormsHasItsGradientAlsoAtZero() {
    new GradientCheck().input(3, 4).check(x -> Operators.smoothRowNorms(x.get(0), 0.5));
    Differentiable rows =
        new Differentiable(manager.create(new float[] {0, 0, 3, 4}, new Shape(2, 2)));
    NDArray norms = Operators.smoothRowNorms(rows.leaf(), 0.01);
    Differentiable.backward(norms.sum());
    assertThat(norms.toFloatArray()).containsExactly(new float[] {0, 4.99f}, offset(1e-4f));
    assertThat(norms.getFloat(0)).isZero();
    assertThat(rows.gradient()).containsExactly(new float[] {0, 0, 0.6f, 0.8f}, offset(1e-5f));
  }

  @Test
  void padToHasItsGradientAndPutsZerosAround() {
    new GradientCheck().input(1, 2, 2, 3).check(x -> Operators.padTo(x.get(0), 5, 4));
    NDArray x = manager.create(new float[] {1, 2}, new Shape(1, 1, 1, 2));
    NDArray padded = Operators.padTo(x, 2, 5);
    assertThat(padded.getShape()).isEqualTo(new Shape(1, 1, 2, 5));
    assertThat(padded.toFloatArray()).containsExactly(0, 1, 2, 0, 0, 0, 0, 0, 0, 0);
    assertThat(Operators.padTo(x, 1, 1).toFloatArray()).containsExactly(1, 2);
  }

  @Test
  void tilesHasItsGradientAndOrder() {
    new GradientCheck().input(2, 1, 4, 6).check(x -> Operators.tiles(x.get(0), 2));
    NDArray x = manager.arange(0, 16, 1, DataType.FLOAT32).reshape(2, 1, 2, 4);
    NDArray tiles = Operators.tiles(x, 2);
    assertThat(tiles.getShape()).isEqualTo(new Shape(4, 1, 2, 2));
    assertThat(tiles.toFloatArray())
        .containsExactly(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
  }

  @Test
  void classCountsLeaveOutWhatIsNoClass() {
    assertThat(Operators.classCounts(target(manager), 3).toFloatArray())
        .containsExactly(1, 1, 1, 1, 2, 0);
    assertThat(Operators.classCounts(target(manager), 1).toFloatArray()).containsExactly(1, 1);
  }

  @Test
  void pickHasItsGradientAndGivesEachPixelItsClassValueOrZero() {
    new GradientCheck()
        .input(2, 3)
        .check(x -> Operators.pick(x.get(0), target(x.get(0).getManager())));
    NDArray values = manager.create(new float[] {1, 2, 3, 10, 20, 30}, new Shape(2, 3));
    NDArray picked = Operators.pick(values, target(manager));
    assertThat(picked.getShape()).isEqualTo(new Shape(2, 2, 2));
    assertThat(picked.toFloatArray()).containsExactly(1, 3, 0, 2, 20, 0, 20, 10);
  }

  @Test
  void copyAndFillWriteIntoTheTargetsMemory() {
    NDArray whole = manager.zeros(new Shape(4));
    NDArray view = whole.get("1:3");
    Operators.copy(view, manager.create(new float[] {5, 6}));
    assertThat(whole.toFloatArray()).containsExactly(0, 5, 6, 0);
    Operators.fill(view, 7);
    assertThat(whole.toFloatArray()).containsExactly(0, 7, 7, 0);
  }

  @Test
  void detachSharesMemoryAndHasNoHistory() {
    Differentiable x = new Differentiable(manager.create(new float[] {1, 2}));
    NDArray y = x.leaf().mul(2);
    NDArray detached = Operators.detach(manager, y);
    assertThat(Operators.requiresGradient(x.leaf())).isTrue();
    assertThat(Operators.requiresGradient(y)).isTrue();
    assertThat(Operators.requiresGradient(detached)).isFalse();
    Operators.fill(detached, 3);
    assertThat(y.toFloatArray()).containsExactly(3, 3);
  }

  /** Two images of 2 x 2: 0 2 ignored 1, and 1 ignored 1 0. */
  private static NDArray target(NDManager owner) {
    return owner.create(new long[] {0, 2, 255, 1, 1, 255, 1, 0}, new Shape(2, 2, 2));
  }

  private static NDArray doubles(NDArray like, double... values) {
    return like.getManager().create(values);
  }
}
