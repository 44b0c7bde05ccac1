package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.BoundarySource;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.model.SmallInverseNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.GradientCheck;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.RandomParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The InverseForm term on random maps of any shape, with random networks. */
class InverseFormTest {
  private static final int TILE = 8;

  private enum Tiling {
    PADDED,
    RESIZED_3X6
  }

  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private InverseForm term(Tiling tiling, boolean anchored, InverseNetworkConfig network) {
    return new InverseForm(
        config(tiling, anchored), 1, SmallInverseNetwork.random(manager, network));
  }

  private static LossConfig.InverseForm config(Tiling tiling, boolean anchored) {
    boolean padded = tiling == Tiling.PADDED;
    return new LossConfig.InverseForm(
        1,
        "inverse",
        BoundarySource.HEAD,
        padded ? List.of() : List.of(3, 6),
        anchored,
        padded,
        true,
        0);
  }

  private InverseForm padded() {
    return term(Tiling.PADDED, true, SmallInverseNetwork.convolutional(TILE));
  }

  private NDArray gaussian(long seed, long... shape) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  private NDArray edges(long seed, long... shape) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(5) == 0 ? 1 : 0;
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  /** A term's sum over the images and the gradient of the boundary logits. */
  private record Outcome(float sum, float[] gradient) {}

  private Outcome run(InverseForm term, NDArray logits, NDArray edges) {
    Differentiable boundary = new Differentiable(logits.duplicate());
    Shape shape = edges.getShape();
    Shape labels = new Shape(shape.get(0), shape.get(2), shape.get(3));
    try (Truth truth = new Truth(manager.zeros(labels, DataType.INT64), edges);
        Prediction prediction =
            new Prediction(new Output("main", boundary.leaf(), boundary.leaf()), 1, truth)) {
      NDArray sum = term.sumOverImages(prediction, truth);
      Differentiable.backward(sum);
      return new Outcome(sum.getFloat(), boundary.gradient());
    }
  }

  private static void assertFinite(Outcome outcome) {
    assertThat(outcome.sum()).isFinite();
    for (float value : outcome.gradient()) {
      assertThat(value).isFinite();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PADDED, true, 19, 37",
    "PADDED, false, 41, 7",
    "PADDED, true, 3, 5",
    "PADDED, false, 16, 16",
    "RESIZED_3X6, true, 19, 37",
    "RESIZED_3X6, false, 41, 7",
    "RESIZED_3X6, true, 24, 48"
  })
  void theBoundaryHeadIsTaughtAtAnyAspectRatio(
      Tiling tiling, boolean anchored, long height, long width) {
    for (InverseNetworkConfig network :
        List.of(SmallInverseNetwork.perceptron(TILE), SmallInverseNetwork.convolutional(TILE))) {
      Outcome outcome =
          run(
              term(tiling, anchored, network),
              gaussian(1, 2, 1, height, width),
              edges(2, 2, 1, height, width));
      assertFinite(outcome);
      assertThat(outcome.sum()).isPositive();
      assertThat(Goldens.l2(outcome.gradient())).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(Tiling.class)
  void identicalMapsCostExactlyNothingWhenAnchored(Tiling tiling) {
    NDArray edges = edges(3, 2, 1, 19, 37);
    // So far out that the probabilities are exactly 0 and 1.
    NDArray logits = edges.mul(400).sub(200);
    for (InverseNetworkConfig network :
        List.of(SmallInverseNetwork.perceptron(TILE), SmallInverseNetwork.convolutional(TILE))) {
      Outcome same = run(term(tiling, true, network), logits, edges);
      assertThat(same.sum()).isZero();
      assertThat(same.gradient()).containsOnly(0);
      Outcome moved = run(term(tiling, true, network), logits, edges(4, 2, 1, 19, 37));
      assertThat(moved.sum()).isPositive();
    }
  }

  @Test
  void aNetworkThatFindsTheIdentityEverywhereCostsNothingAndHasAFiniteGradient() {
    InverseTransformNetwork network =
        InverseTransformNetwork.of(SmallInverseNetwork.perceptron(TILE));
    FlatParameters parameters = new FlatParameters(manager, network, 5);
    parameters.weights().host().put(new float[parameters.weights().length()]);
    InverseForm released =
        new InverseForm(LossConfig.InverseForm.published(1, "inverse"), 1, network);
    Outcome outcome = run(released, gaussian(1, 2, 1, 16, 16), edges(2, 2, 1, 16, 16));
    assertThat(outcome.sum()).isZero();
    assertThat(outcome.gradient()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"PADDED, true", "PADDED, false", "RESIZED_3X6, true", "RESIZED_3X6, false"})
  void theGradientIsTheSlope(Tiling tiling, boolean anchored) {
    InverseForm term = term(tiling, anchored, SmallInverseNetwork.convolutional(TILE));
    NDArray logits = gaussian(5, 2, 1, 11, 21);
    NDArray edges = edges(6, 2, 1, 11, 21);
    float[] gradient = run(term, logits, edges).gradient();
    double norm = 0;
    for (float value : gradient) {
      norm += (double) value * value;
    }
    norm = Math.sqrt(norm);
    // Along the gradient, where the slope is its norm.
    double step = 0.01;
    NDArray along = Tensors.of(manager, gradient, logits.getShape()).mul((float) (step / norm));
    float above = run(term, logits.add(along), edges).sum();
    float below = run(term, logits.sub(along), edges).sum();
    assertThat((above - below) / (2 * step)).isCloseTo(norm, within(0.01 * norm));
  }

  static Stream<Arguments> forms() {
    return Stream.of(Tiling.values())
        .flatMap(
            tiling ->
                Stream.of(Transform.values())
                    .flatMap(
                        transform ->
                            Stream.of(true, false)
                                .map(anchored -> Arguments.of(tiling, transform, anchored))));
  }

  private InverseTransformNetwork ofFloat64(Transform transform) {
    InverseNetworkConfig config =
        new InverseNetworkConfig.MultiLayerPerceptron(4, List.of(8), transform);
    InverseTransformNetwork network = InverseTransformNetwork.of(config, 0.2);
    new RandomParameters(network, 3).bind(manager, network, DataType.FLOAT64);
    return network;
  }

  @ParameterizedTest
  @MethodSource("forms")
  void theGradientIsThatOfFiniteDifferences(Tiling tiling, Transform transform, boolean anchored) {
    InverseForm term = new InverseForm(config(tiling, anchored), 1, ofFloat64(transform));
    new GradientCheck()
        .input(2, 1, 5, 7)
        .check(
            x -> {
              NDArray boundary = x.get(0);
              NDManager owner = boundary.getManager();
              NDArray edges = edges(6, 2, 1, 5, 7).toType(DataType.FLOAT64, true);
              edges.attach(owner);
              NDArray labels = owner.zeros(new Shape(2, 5, 7), DataType.INT64);
              try (Truth truth = new Truth(labels, edges);
                  Prediction prediction =
                      new Prediction(new Output("main", boundary, boundary), 1, truth)) {
                return term.sumOverImages(prediction, truth);
              }
            });
  }

  @ParameterizedTest
  @CsvSource({"PADDED, true", "PADDED, false", "RESIZED_3X6, true", "RESIZED_3X6, false"})
  void twoHalvesOfABatchAddUpToTheWhole(Tiling tiling, boolean anchored) {
    InverseForm term = term(tiling, anchored, SmallInverseNetwork.convolutional(TILE));
    NDArray logits = gaussian(7, 3, 1, 19, 37);
    NDArray edges = edges(8, 3, 1, 19, 37);
    // The first image has edges in one tile only, the last one none.
    edges.set(new NDIndex("0, :, :, 8:"), 0);
    edges.set(new NDIndex("2"), 0);
    Outcome whole = run(term, logits, edges);
    Outcome first = run(term, logits.get(":1"), edges.get(":1"));
    Outcome rest = run(term, logits.get("1:"), edges.get("1:"));
    assertThat(first.sum() + rest.sum()).isCloseTo(whole.sum(), offset(1e-5f));
    int split = first.gradient().length;
    for (int i = 0; i < whole.gradient().length; i++) {
      float part = i < split ? first.gradient()[i] : rest.gradient()[i - split];
      assertThat(part).isCloseTo(whole.gradient()[i], offset(1e-6f));
    }
  }

  @Test
  void aPaddedTileWithoutATrueEdgeDoesNotCount() {
    NDArray edges = manager.zeros(new Shape(1, 1, TILE, 2 * TILE));
    edges.set(new NDIndex("0, 0, 3, 2:6"), 1);
    NDArray logits = gaussian(9, 1, 1, TILE, 2 * TILE);
    Outcome both = run(padded(), logits, edges);
    Outcome alone = run(padded(), logits.get(":, :, :, :8"), edges.get(":, :, :, :8"));
    assertThat(both.sum()).isPositive().isCloseTo(alone.sum(), offset(1e-6f));
    for (int i = 0; i < both.gradient().length; i++) {
      if (i % (2 * TILE) >= TILE) {
        assertThat(both.gradient()[i]).as("gradient in the tile without an edge").isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"PADDED, true", "PADDED, false", "RESIZED_3X6, true", "RESIZED_3X6, false"})
  void constantMapsStayFinite(Tiling tiling, boolean anchored) {
    InverseForm term = term(tiling, anchored, SmallInverseNetwork.convolutional(TILE));
    Shape shape = new Shape(2, 1, 19, 37);
    NDArray zeros = manager.zeros(shape);
    for (float edge : new float[] {0, 1, 0.5f, 255}) {
      for (float logit : new float[] {0, -1e6f, 1e6f}) {
        Outcome outcome = run(term, zeros.add(logit), zeros.add(edge));
        assertFinite(outcome);
        if (tiling == Tiling.PADDED && edge != 1) {
          assertThat(outcome.sum()).as("no tile with an edge").isZero();
          assertThat(outcome.gradient()).containsOnly(0);
        }
      }
    }
  }

  @Test
  void pixelsWhoseTruthIsLeftOutAreNoEdgeInEitherMap() {
    NDArray edges = edges(10, 1, 1, 16, 16);
    NDArray logits = gaussian(11, 1, 1, 16, 16);
    NDArray leftOut = edges.duplicate();
    leftOut.set(new NDIndex("0, 0, :, 12:"), 255);
    edges.set(new NDIndex("0, 0, :, 12:"), 0);
    NDArray unlikely = logits.duplicate();
    unlikely.set(new NDIndex("0, 0, :, 12:"), -200);
    Outcome outcome = run(padded(), logits, leftOut);
    assertThat(outcome.sum()).isPositive().isEqualTo(run(padded(), unlikely, edges).sum());
    for (int i = 0; i < outcome.gradient().length; i++) {
      if (i % 16 >= 12) {
        assertThat(outcome.gradient()[i]).isZero();
      } else {
        assertThat(outcome.gradient()[i]).isNotZero();
      }
    }
  }

  @Test
  void paddedTilesKeepPixelsAndFrameThemOnAllSides() {
    NDArray map = manager.arange(1, 16, 1, DataType.FLOAT32).reshape(1, 1, 3, 5);
    NDArray tiles = TileGrid.of(List.of(), 4).cut(map);
    assertThat(tiles.getShape()).isEqualTo(new Shape(2, 1, 4, 4));
    assertThat(tiles.toFloatArray())
        .containsExactly(
            0, 1, 2, 3, 0, 6, 7, 8, 0, 11, 12, 13, 0, 0, 0, 0, //
            4, 5, 0, 0, 9, 10, 0, 0, 14, 15, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void mainAndAuxiliaryOutputOfTheSameValuesCostTheSameAndKeepNothing() {
    TotalLoss loss =
        new TotalLoss(
            new LossConfig(SmallNetwork.OUTPUT_WEIGHTS, List.of(config("inverse"))),
            SmallNetwork.OUTPUTS,
            2,
            SmallInverseNetwork.random(manager, SmallInverseNetwork.convolutional(TILE)));
    NDArray logits = gaussian(12, 2, 2, 16, 16);
    NDArray boundary = gaussian(13, 2, 1, 16, 16);
    NDArray labels = manager.zeros(new Shape(2, 16, 16), DataType.INT64);
    NDArray edges = edges(14, 2, 1, 16, 16);
    List<NDArray> before = new ArrayList<>(manager.getManagedArrays());
    StepLoss result =
        loss.compute(SmallNetwork.outputs(logits, boundary, logits, boundary), labels, edges, 2);
    List<NDArray> kept = new ArrayList<>(manager.getManagedArrays());
    kept.removeIf(array -> before.stream().anyMatch(known -> known == array));
    assertThat(kept)
        .as("what both outputs shared is freed")
        .isNotEmpty()
        .allSatisfy(array -> assertThat(array.size()).isEqualTo(1));
    float main = result.values().get("inverse");
    assertThat(main).isPositive();
    assertThat(result.values().get("aux.inverse")).isEqualTo(main);
    assertThat(result.total().getFloat()).isCloseTo(1.4f * main, offset(1e-6f));
  }

  private static LossConfig.InverseForm config(String name) {
    return new LossConfig.InverseForm(1, name);
  }

  @Test
  void theFrozenNetworkIsNotOnTheTapeAndDoesNotMove() {
    InverseTransformNetwork network =
        InverseTransformNetwork.of(SmallInverseNetwork.convolutional(TILE));
    FlatParameters parameters = new FlatParameters(manager, network, 5);
    float[] before = new float[parameters.weights().length()];
    parameters.weights().host().get(before);
    List<String> given = new ArrayList<>();
    NDArray logits = gaussian(15, 1, 1, 16, 16);
    NDArray edges = edges(16, 1, 1, 16, 16);
    try (NDManager arrays = manager.newSubManager();
        Tape tape =
            Tape.training(
                arrays,
                (parameter, gradient) -> given.add(parameter.getName()),
                (layer, samples, channels, probability) -> new float[samples * channels]);
        Truth truth = new Truth(manager.zeros(new Shape(1, 16, 16), DataType.INT64), edges)) {
      Differentiable boundary = new Differentiable(logits);
      try (Prediction prediction =
          new Prediction(new Output("main", boundary.leaf(), boundary.leaf()), 1, truth)) {
        tape.backward(
            new InverseForm(config("inverse"), 1, network).sumOverImages(prediction, truth));
      }
      assertThat(Goldens.l2(boundary.gradient())).isPositive();
    }
    float[] after = new float[before.length];
    parameters.weights().host().get(after);
    assertThat(given).isEmpty();
    assertThat(network.named().values())
        .allSatisfy(parameter -> assertThat(parameter.getArray().hasGradient()).isFalse());
    assertThat(after).isEqualTo(before);
  }

  @Test
  void aTermWithoutANetworkOrWithoutItsWeightsIsRefused() {
    LossConfig loss = new LossConfig(SmallNetwork.OUTPUT_WEIGHTS, List.of(config("shape")));
    assertThatThrownBy(() -> new TotalLoss(loss, SmallNetwork.OUTPUTS, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("loss term shape needs an inverse-transform network and was given none");
    InverseTransformNetwork empty =
        InverseTransformNetwork.of(SmallInverseNetwork.convolutional(TILE));
    assertThatThrownBy(() -> new TotalLoss(loss, SmallNetwork.OUTPUTS, 2, empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the inverse-transform network of loss term shape has no weights: give it memory and"
                + " load them first");
  }

  private InverseForm ofSegmentation(InverseTransformNetwork network, int classes) {
    return new InverseForm(
        new LossConfig.InverseForm(
            1, "inverse", BoundarySource.SEGMENTATION, List.of(), true, true, true),
        classes,
        network);
  }

  @Test
  void theSegmentationsGradientIsThatOfFiniteDifferences() {
    InverseForm term = ofSegmentation(ofFloat64(Transform.EUCLIDEAN6), 3);
    new GradientCheck()
        .input(2, 3, 5, 7)
        .check(
            x -> {
              NDArray logits = x.get(0);
              NDManager owner = logits.getManager();
              NDArray edges = edges(6, 2, 1, 5, 7).toType(DataType.FLOAT64, true);
              edges.attach(owner);
              NDArray labels = owner.zeros(new Shape(2, 5, 7), DataType.INT64);
              try (Truth truth = new Truth(labels, edges);
                  Prediction prediction =
                      new Prediction(new Output("main", logits, null), 3, truth)) {
                return term.sumOverImages(prediction, truth);
              }
            });
  }

  @Test
  void aSegmentationThatIsCertainEverywhereHasNoBoundaryAndIsFinite() {
    InverseForm term =
        ofSegmentation(
            SmallInverseNetwork.random(manager, SmallInverseNetwork.perceptron(TILE)), 3);
    NDArray edges = edges(3, 1, 1, 16, 16);
    NDArray labels = manager.zeros(new Shape(1, 16, 16), DataType.INT64);
    for (float logit : new float[] {0, 1e4f}) {
      NDArray logits = manager.zeros(new Shape(1, 3, 16, 16));
      logits.set(new NDIndex(":, 1"), logit);
      Differentiable free = new Differentiable(logits);
      try (Truth truth = new Truth(labels, edges);
          Prediction prediction = new Prediction(new Output("main", free.leaf(), null), 3, truth)) {
        NDArray sum = term.sumOverImages(prediction, truth);
        Differentiable.backward(sum);
        assertFinite(new Outcome(sum.getFloat(), free.gradient()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(BoundarySource.class)
  void theLayoutInMemoryChangesNothing(BoundarySource source) {
    InverseForm term =
        new InverseForm(
            new LossConfig.InverseForm(1, "inverse", source, List.of(), true, true, true),
            3,
            SmallInverseNetwork.random(manager, SmallInverseNetwork.convolutional(TILE)));
    NDArray edges = edges(8, 2, 1, 19, 37);
    NDArray labels = manager.zeros(new Shape(2, 19, 37), DataType.INT64);
    NDArray logits = gaussian(7, 2, 3, 19, 37);
    NDArray boundary = gaussian(9, 2, 1, 19, 37);
    List<UnaryOperator<NDArray>> layouts =
        List.of(
            x -> x,
            Operators::channelsLast,
            // Channels, rows and columns of twice as many.
            x -> x.repeat(1, 2).repeat(2, 2).repeat(3, 2).get(":, ::2, ::2, ::2"));
    List<Float> values = new ArrayList<>();
    for (UnaryOperator<NDArray> layout : layouts) {
      try (Truth truth = new Truth(labels, edges);
          Prediction prediction =
              new Prediction(
                  new Output("main", layout.apply(logits), layout.apply(boundary)), 3, truth)) {
        values.add(term.sumOverImages(prediction, truth).getFloat());
      }
    }
    assertThat(values.get(0)).isPositive();
    assertThat(values.get(1)).isCloseTo(values.get(0), within(1e-5f * values.get(0)));
    assertThat(values.get(2)).isCloseTo(values.get(0), within(1e-5f * values.get(0)));
  }

  private float cost(LossConfig.InverseForm config, NDArray labels, NDArray logits, NDArray edges) {
    InverseForm term =
        new InverseForm(
            config, 1, SmallInverseNetwork.random(manager, SmallInverseNetwork.perceptron(TILE)));
    try (Truth truth = new Truth(labels, edges);
        Prediction prediction = new Prediction(new Output("main", logits, logits), 1, truth)) {
      return term.sumOverImages(prediction, truth).getFloat();
    }
  }

  @Test
  void pixelsWithoutAClassAreNoEdgeInEitherMapIfConfigured() {
    NDArray edges = edges(10, 1, 1, 16, 16);
    NDArray logits = gaussian(11, 1, 1, 16, 16);
    NDArray labels = manager.zeros(new Shape(1, 16, 16), DataType.INT64);
    labels.set(new NDIndex(":, :, 12:"), 255);
    NDArray without = edges.duplicate();
    without.set(new NDIndex(":, :, :, 12:"), 0);
    NDArray unlikely = logits.duplicate();
    unlikely.set(new NDIndex(":, :, :, 12:"), -200);
    LossConfig.InverseForm masked = new LossConfig.InverseForm(1, "inverse");
    LossConfig.InverseForm counted =
        new LossConfig.InverseForm(1, "inverse", BoundarySource.HEAD, List.of(), true, true, false);
    NDArray known = labels.zerosLike();
    assertThat(cost(masked, labels, logits, edges))
        .isEqualTo(cost(masked, known, unlikely, without))
        .isNotEqualTo(cost(masked, known, logits, edges));
    assertThat(cost(counted, labels, logits, edges)).isEqualTo(cost(counted, known, logits, edges));
  }

  @Test
  void tilesWithoutAnEdgeCountIfConfigured() {
    NDArray edges = manager.zeros(new Shape(1, 1, TILE, 2 * TILE));
    edges.set(new NDIndex("0, 0, 3, 2:6"), 1);
    NDArray logits = gaussian(9, 1, 1, TILE, 2 * TILE);
    NDArray labels = manager.zeros(new Shape(1, TILE, 2 * TILE), DataType.INT64);
    NDArray half = labels.get(":, :, :8");
    for (List<Integer> grid : List.of(List.<Integer>of(), List.of(1, 2))) {
      LossConfig.InverseForm skips =
          new LossConfig.InverseForm(1, "inverse", BoundarySource.HEAD, grid, true, true, true);
      LossConfig.InverseForm counts =
          new LossConfig.InverseForm(1, "inverse", BoundarySource.HEAD, grid, true, false, true);
      LossConfig.InverseForm alone = new LossConfig.InverseForm(1, "inverse");
      float first = cost(alone, half, logits.get(":, :, :, :8"), edges.get(":, :, :, :8"));
      assertThat(cost(skips, labels, logits, edges)).isCloseTo(first, offset(1e-6f));
      LossConfig.InverseForm all =
          new LossConfig.InverseForm(
              1, "inverse", BoundarySource.HEAD, List.of(), true, false, true);
      float second = cost(all, half, logits.get(":, :, :, 8:"), edges.get(":, :, :, 8:"));
      assertThat(second).isPositive();
      assertThat(cost(counts, labels, logits, edges))
          .isCloseTo((first + second) / 2, offset(1e-6f));
    }
  }

  @Test
  void anyGridHasAsManyTiles() {
    NDArray map = gaussian(3, 2, 1, 19, 37);
    assertThat(TileGrid.of(List.of(2, 5), TILE).cut(map).getShape())
        .isEqualTo(new Shape(2 * 5 * 2, 1, TILE, TILE));
    assertThat(TileGrid.of(List.of(), TILE).cut(map).getShape())
        .isEqualTo(new Shape(3 * 5 * 2, 1, TILE, TILE));
  }
}
