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
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.BoundarySource;
import io.inverseform.job.loss.BoundaryMaps.Outcome;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.model.SmallInverseNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The InverseForm term on random maps of any shape, with random networks. */
class InverseFormTest {
  private static final int TILE = 8;

  private enum Tiling {
    PADDED,
    RESIZED_3X6
  }

  private NDManager manager;
  private BoundaryMaps maps;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
    maps = new BoundaryMaps(manager);
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
        true);
  }

  private InverseForm padded() {
    return term(Tiling.PADDED, true, SmallInverseNetwork.convolutional(TILE));
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
          maps.run(
              term(tiling, anchored, network),
              maps.gaussian(1, 2, 1, height, width),
              maps.edges(2, 2, 1, height, width));
      BoundaryMaps.assertFinite(outcome);
      assertThat(outcome.sum()).isPositive();
      assertThat(Goldens.l2(outcome.gradient())).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(Tiling.class)
  void identicalMapsCostExactlyNothingWhenAnchored(Tiling tiling) {
    NDArray edges = maps.edges(3, 2, 1, 19, 37);
    // So far out that the probabilities are exactly 0 and 1.
    NDArray logits = edges.mul(400).sub(200);
    for (InverseNetworkConfig network :
        List.of(SmallInverseNetwork.perceptron(TILE), SmallInverseNetwork.convolutional(TILE))) {
      Outcome same = maps.run(term(tiling, true, network), logits, edges);
      assertThat(same.sum()).isZero();
      assertThat(same.gradient()).containsOnly(0);
      Outcome moved = maps.run(term(tiling, true, network), logits, maps.edges(4, 2, 1, 19, 37));
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
    Outcome outcome =
        maps.run(released, maps.gaussian(1, 2, 1, 16, 16), maps.edges(2, 2, 1, 16, 16));
    assertThat(outcome.sum()).isZero();
    assertThat(outcome.gradient()).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"PADDED, true", "PADDED, false", "RESIZED_3X6, true", "RESIZED_3X6, false"})
  void theGradientIsTheSlope(Tiling tiling, boolean anchored) {
    InverseForm term = term(tiling, anchored, SmallInverseNetwork.convolutional(TILE));
    NDArray logits = maps.gaussian(5, 2, 1, 11, 21);
    NDArray edges = maps.edges(6, 2, 1, 11, 21);
    float[] gradient = maps.run(term, logits, edges).gradient();
    double norm = 0;
    for (float value : gradient) {
      norm += (double) value * value;
    }
    norm = Math.sqrt(norm);
    // Along the gradient, where the slope is its norm.
    double step = 0.01;
    NDArray along = Tensors.of(manager, gradient, logits.getShape()).mul((float) (step / norm));
    float above = maps.run(term, logits.add(along), edges).sum();
    float below = maps.run(term, logits.sub(along), edges).sum();
    assertThat((above - below) / (2 * step)).isCloseTo(norm, within(0.01 * norm));
  }

  @ParameterizedTest
  @CsvSource({"PADDED, true", "PADDED, false", "RESIZED_3X6, true", "RESIZED_3X6, false"})
  void twoHalvesOfABatchAddUpToTheWhole(Tiling tiling, boolean anchored) {
    InverseForm term = term(tiling, anchored, SmallInverseNetwork.convolutional(TILE));
    NDArray logits = maps.gaussian(7, 3, 1, 19, 37);
    NDArray edges = maps.edges(8, 3, 1, 19, 37);
    // The first image has edges in one tile only, the last one none.
    edges.set(new NDIndex("0, :, :, 8:"), 0);
    edges.set(new NDIndex("2"), 0);
    Outcome whole = maps.run(term, logits, edges);
    Outcome first = maps.run(term, logits.get(":1"), edges.get(":1"));
    Outcome rest = maps.run(term, logits.get("1:"), edges.get("1:"));
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
    NDArray logits = maps.gaussian(9, 1, 1, TILE, 2 * TILE);
    Outcome both = maps.run(padded(), logits, edges);
    Outcome alone = maps.run(padded(), logits.get(":, :, :, :8"), edges.get(":, :, :, :8"));
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
        Outcome outcome = maps.run(term, zeros.add(logit), zeros.add(edge));
        BoundaryMaps.assertFinite(outcome);
        if (tiling == Tiling.PADDED && edge != 1) {
          assertThat(outcome.sum()).as("no tile with an edge").isZero();
          assertThat(outcome.gradient()).containsOnly(0);
        }
      }
    }
  }

  @Test
  void pixelsWhoseTruthIsLeftOutAreNoEdgeInEitherMap() {
    NDArray edges = maps.edges(10, 1, 1, 16, 16);
    NDArray logits = maps.gaussian(11, 1, 1, 16, 16);
    NDArray leftOut = edges.duplicate();
    leftOut.set(new NDIndex("0, 0, :, 12:"), 255);
    edges.set(new NDIndex("0, 0, :, 12:"), 0);
    NDArray unlikely = logits.duplicate();
    unlikely.set(new NDIndex("0, 0, :, 12:"), -200);
    Outcome outcome = maps.run(padded(), logits, leftOut);
    assertThat(outcome.sum()).isPositive().isEqualTo(maps.run(padded(), unlikely, edges).sum());
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
    NDArray logits = maps.gaussian(12, 2, 2, 16, 16);
    NDArray boundary = maps.gaussian(13, 2, 1, 16, 16);
    NDArray labels = manager.zeros(new Shape(2, 16, 16), DataType.INT64);
    NDArray edges = maps.edges(14, 2, 1, 16, 16);
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
    NDArray logits = maps.gaussian(15, 1, 1, 16, 16);
    NDArray edges = maps.edges(16, 1, 1, 16, 16);
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
}
