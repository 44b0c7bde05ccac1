package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.job.TestDevice;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InverseTransformNetworkTest {
  private static final int TILE = 9;
  private static final int TILES = 3;

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

  static Stream<InverseNetworkConfig> networks() {
    return Stream.of(
        SmallInverseNetwork.perceptron(TILE),
        SmallInverseNetwork.convolutional(TILE),
        new InverseNetworkConfig.MultiLayerPerceptron(TILE, List.of(7, 6, 5), Transform.EUCLIDEAN6),
        new InverseNetworkConfig.Convolutional(TILE, List.of(5), 6, Transform.EUCLIDEAN4));
  }

  private NDArray tiles(long seed, int tiles) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[tiles * TILE * TILE];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensors.of(manager, values, new Shape(tiles, 1, TILE, TILE));
  }

  /** The last layer is made as large as the others, or its inputs' gradients are near 0. */
  private static void enlargeLastLayer(InverseTransformNetwork network) {
    List<String> weights = new ArrayList<>(network.named().keySet());
    NDArray last = network.named().get(weights.get(weights.size() - 2)).getArray();
    last.muli(10);
  }

  private float[] transforms(InverseTransformNetwork network, NDArray predicted, NDArray truth) {
    try (Tape tape = Tape.inference(manager)) {
      NDList pair = new NDList(predicted.duplicate(), truth.duplicate());
      NDArray transforms = network.forward(tape, pair).singletonOrThrow();
      assertThat(transforms.getShape())
          .isEqualTo(new Shape(predicted.getShape().get(0), network.outputs()));
      return transforms.toFloatArray();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aTilesTransformDependsOnBothTilesOfItsPairAndOnNoOtherTile(InverseNetworkConfig config) {
    InverseTransformNetwork network = SmallInverseNetwork.random(manager, config);
    NDArray predicted = tiles(1, TILES);
    NDArray truth = tiles(2, TILES);
    float[] together = transforms(network, predicted, truth);
    float[] first = transforms(network, predicted.get(":1"), truth.get(":1"));
    for (int i = 0; i < first.length; i++) {
      assertThat(together[i]).isCloseTo(first[i], offset(1e-6f));
    }
    assertThat(transforms(network, tiles(3, TILES), truth)).isNotEqualTo(together);
    assertThat(transforms(network, predicted, tiles(3, TILES))).isNotEqualTo(together);
    assertThat(transforms(network, truth, predicted)).isNotEqualTo(together);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void everyParameterIsTrainedByItsSlope(InverseNetworkConfig config) {
    InverseTransformNetwork network = InverseTransformNetwork.of(config);
    FlatParameters parameters = new FlatParameters(manager, network, 5);
    enlargeLastLayer(network);
    FlatParameters.Collector collector = parameters.collect((offset, length) -> {});
    NDArray predicted = tiles(1, TILES);
    NDArray truth = tiles(2, TILES);
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.training(arrays, collector, SmallNetwork.keepAll())) {
      NDArray p = predicted.duplicate();
      NDArray b = truth.duplicate();
      p.attach(arrays);
      b.attach(arrays);
      tape.backward(network.forward(tape, new NDList(p, b)).singletonOrThrow().sum());
      collector.finish();
    }
    for (FlatParameters.Slot slot : parameters.slots()) {
      float[] gradient = parameters.gradient(slot);
      double norm = Goldens.l2(gradient);
      assertThat(norm).as(slot.name()).isPositive();
      double slope = slope(network, slot, gradient, predicted, truth);
      assertThat(slope).as(slot.name()).isCloseTo(norm, within(0.02 * norm));
    }
  }

  /** Of the outputs' sum along a parameter's gradient. */
  private double slope(
      InverseTransformNetwork network,
      FlatParameters.Slot slot,
      float[] gradient,
      NDArray predicted,
      NDArray truth) {
    // Small, so that hardly a ReLU switches sides on the way.
    double step = 1e-4;
    NDArray values = network.named().get(slot.name()).getArray();
    float factor = (float) (step / Goldens.l2(gradient));
    NDArray along = Tensors.of(manager, gradient, slot.shape()).mul(factor);
    values.addi(along);
    double above = sum(transforms(network, predicted, truth));
    values.subi(along).subi(along);
    double below = sum(transforms(network, predicted, truth));
    values.addi(along);
    return (above - below) / (2 * step);
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void onAFrozenTapeThePredictedTilesGetAGradientAndTheTruthIsSharedUnchanged(
      InverseNetworkConfig config) {
    InverseTransformNetwork network = SmallInverseNetwork.random(manager, config);
    NDArray truth = tiles(2, TILES);
    try (Tape tape = Tape.frozen(manager)) {
      NDArray ofTruth = network.ofTruth(tape, truth);
      float[] before = ofTruth.toFloatArray();
      Differentiable predicted = new Differentiable(tiles(1, TILES));
      NDArray transforms = network.transforms(tape, predicted.leaf(), ofTruth);
      Differentiable.backward(transforms.sum());
      assertThat(Goldens.l2(predicted.gradient())).isPositive();
      assertThat(ofTruth.toFloatArray()).isEqualTo(before);
      assertThat(transforms.toFloatArray()).isEqualTo(transforms(network, predicted.leaf(), truth));
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void nothingButTheTransformsIsKept(InverseNetworkConfig config) {
    InverseTransformNetwork network = SmallInverseNetwork.random(manager, config);
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.inference(arrays)) {
      NDArray predicted = tiles(1, TILES);
      NDArray truth = tiles(2, TILES);
      predicted.attach(arrays);
      truth.attach(arrays);
      NDArray transforms = network.forward(tape, new NDList(predicted, truth)).singletonOrThrow();
      assertThat(arrays.getManagedArrays()).containsExactly(transforms);
    }
  }

  @Test
  void theFirstConvolutionQuartersTheTileAndTheOthersKeepAndHalveItInTurn() {
    InverseTransformNetwork network =
        InverseTransformNetwork.of(
            new InverseNetworkConfig.Convolutional(
                64, List.of(24, 48, 48, 64, 64), 128, Transform.EUCLIDEAN6));
    FlatParameters parameters = new FlatParameters(manager, network, 5);
    Map<String, Shape> shapes = new HashMap<>();
    parameters.slots().forEach(slot -> shapes.put(slot.name(), slot.shape()));
    assertThat(shapes)
        .containsEntry("conv.0.weight", new Shape(24, 2, 7, 7))
        .containsEntry("conv.6.weight", new Shape(64, 48, 3, 3))
        .containsEntry("fc.0.weight", new Shape(128, 64 * 4 * 4))
        .containsEntry("fc.2.weight", new Shape(6, 128));
    assertThat(parameters.parameterCount()).isEqualTo(230_190);
  }

  @Test
  void parametersHavePyTorchsNames() {
    assertThat(InverseTransformNetwork.of(SmallInverseNetwork.convolutional(TILE)).named().keySet())
        .containsExactly(
            "conv.0.weight",
            "conv.0.bias",
            "conv.2.weight",
            "conv.2.bias",
            "conv.4.weight",
            "conv.4.bias",
            "fc.0.weight",
            "fc.0.bias",
            "fc.2.weight",
            "fc.2.bias");
    assertThat(
            InverseTransformNetwork.of(
                    new InverseNetworkConfig.MultiLayerPerceptron(
                        224, List.of(1000, 32), Transform.EUCLIDEAN4))
                .named()
                .keySet())
        .containsExactly(
            "fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias", "fc.4.weight", "fc.4.bias");
  }
}
