package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.BoundarySource;
import io.inverseform.job.loss.BoundaryMaps.Outcome;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.Output;
import io.inverseform.job.model.SmallInverseNetwork;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.GradientCheck;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.RandomParameters;
import io.inverseform.job.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the keys of the InverseForm term change, and its gradients, on random maps. */
class InverseFormKeysTest {
  private static final int TILE = 8;

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

  static Stream<Arguments> forms() {
    return Stream.of(List.<Integer>of(), List.of(3, 6))
        .flatMap(
            grid ->
                Stream.of(Transform.values())
                    .flatMap(
                        transform ->
                            Stream.of(true, false)
                                .map(anchored -> Arguments.of(grid, transform, anchored))));
  }

  private InverseTransformNetwork ofFloat64(Transform transform) {
    InverseNetworkConfig config =
        new InverseNetworkConfig.MultiLayerPerceptron(4, List.of(8), transform);
    List<Double> normaliser =
        Stream.iterate(0.2, n -> n + 0.02).limit(transform.parameters()).toList();
    InverseTransformNetwork network = InverseTransformNetwork.of(config, normaliser);
    new RandomParameters(network, 3).bind(manager, network, DataType.FLOAT64);
    return network;
  }

  @ParameterizedTest
  @MethodSource("forms")
  void theGradientIsThatOfFiniteDifferences(
      List<Integer> grid, Transform transform, boolean anchored) {
    InverseForm term =
        new InverseForm(
            new LossConfig.InverseForm(
                1, "inverse", BoundarySource.HEAD, grid, anchored, grid.isEmpty(), true),
            1,
            ofFloat64(transform));
    new GradientCheck()
        .input(2, 1, 5, 7)
        .check(
            x -> {
              NDArray boundary = x.get(0);
              NDManager owner = boundary.getManager();
              NDArray edges = maps.edges(6, 2, 1, 5, 7).toType(DataType.FLOAT64, true);
              edges.attach(owner);
              NDArray labels = owner.zeros(new Shape(2, 5, 7), DataType.INT64);
              try (Truth truth = new Truth(labels, edges);
                  Prediction prediction =
                      new Prediction(new Output("main", boundary, boundary), 1, truth)) {
                return term.sumOverImages(prediction, truth);
              }
            });
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
              NDArray edges = maps.edges(6, 2, 1, 5, 7).toType(DataType.FLOAT64, true);
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
    NDArray edges = maps.edges(3, 1, 1, 16, 16);
    NDArray labels = manager.zeros(new Shape(1, 16, 16), DataType.INT64);
    for (float logit : new float[] {0, 1e4f}) {
      NDArray logits = manager.zeros(new Shape(1, 3, 16, 16));
      logits.set(new NDIndex(":, 1"), logit);
      Differentiable free = new Differentiable(logits);
      try (Truth truth = new Truth(labels, edges);
          Prediction prediction = new Prediction(new Output("main", free.leaf(), null), 3, truth)) {
        NDArray sum = term.sumOverImages(prediction, truth);
        Differentiable.backward(sum);
        BoundaryMaps.assertFinite(new Outcome(sum.getFloat(), free.gradient()));
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
    NDArray edges = maps.edges(8, 2, 1, 19, 37);
    NDArray labels = manager.zeros(new Shape(2, 19, 37), DataType.INT64);
    NDArray logits = maps.gaussian(7, 2, 3, 19, 37);
    NDArray boundary = maps.gaussian(9, 2, 1, 19, 37);
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
    NDArray edges = maps.edges(10, 1, 1, 16, 16);
    NDArray logits = maps.gaussian(11, 1, 1, 16, 16);
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
    NDArray logits = maps.gaussian(9, 1, 1, TILE, 2 * TILE);
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
    NDArray map = maps.gaussian(3, 2, 1, 19, 37);
    assertThat(TileGrid.of(List.of(2, 5), TILE).cut(map).getShape())
        .isEqualTo(new Shape(2 * 5 * 2, 1, TILE, TILE));
    assertThat(TileGrid.of(List.of(), TILE).cut(map).getShape())
        .isEqualTo(new Shape(3 * 5 * 2, 1, TILE, TILE));
  }
}
