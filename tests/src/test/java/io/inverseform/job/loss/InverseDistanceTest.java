package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.SmallInverseNetwork;
import io.inverseform.job.torch.GradientCheck;
import io.inverseform.job.torch.Leaf;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.job.torch.RandomParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InverseDistanceTest {
  private static final int TILE = 8;

  private NDManager manager;

  @BeforeEach
  void open() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private NDArray random(long key, int count, double share) {
    KeyedRandom random = new KeyedRandom(11, key);
    float[] values = new float[count * TILE * TILE];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble() < share ? 1 : 0;
    }
    return Tensors.of(manager, values, new Shape(count, 1, TILE, TILE));
  }

  private float[] distances(InverseDistance distance, NDArray predicted, NDArray truth) {
    try (Tape tape = Tape.frozen(manager)) {
      return distance.of(tape, predicted, distance.ofTruth(tape, truth)).toFloatArray();
    }
  }

  @Test
  void equalMapsCostNothing() {
    InverseTransformNetwork network =
        SmallInverseNetwork.random(manager, SmallInverseNetwork.convolutional(TILE));
    NDArray truth = random(1, 6, 0.3);

    for (float one : distances(new InverseDistance(network, true, 1), truth, truth)) {
      assertThat(one).isCloseTo(0, within(1e-5f));
    }
  }

  @Test
  void unlikenessIsAddedByItsWeight() {
    InverseTransformNetwork network =
        SmallInverseNetwork.random(manager, SmallInverseNetwork.convolutional(TILE));
    NDArray truth = random(2, 6, 0.3);
    NDArray other = random(3, 6, 0.3);
    float[] none = distances(new InverseDistance(network, true, 0), other, truth);
    float[] one = distances(new InverseDistance(network, true, 1), other, truth);
    float[] three = distances(new InverseDistance(network, true, 3), other, truth);

    for (int i = 0; i < none.length; i++) {
      assertThat(one[i] - none[i]).isBetween(0.1f, 2f);
      assertThat(three[i] - none[i]).isCloseTo(3 * (one[i] - none[i]), within(1e-4f));
    }
  }

  @Test
  void unlikenessSeesNeitherContrastNorBrightness() {
    NDArray truth = random(4, 5, 0.3);
    NDArray pale = truth.mul(0.3f).add(0.4f);

    assertThat(sum(LossOperators.unlikeness(pale, truth).toFloatArray())).isLessThan(0.05);
    assertThat(sum(LossOperators.unlikeness(truth.neg(), truth).toFloatArray()))
        .isCloseTo(10, within(0.1));
    assertThat(sum(LossOperators.unlikeness(truth.zerosLike(), truth).toFloatArray()))
        .isCloseTo(5, within(0.2));
  }

  @Test
  void mapsWithoutContrastHaveAFiniteGradient() {
    NDArray zeros = manager.zeros(new Shape(2, 1, TILE, TILE));
    for (NDArray truth : List.of(zeros, random(8, 2, 0.3))) {
      NDArray gradient =
          Leaf.gradient(zeros.duplicate(), x -> LossOperators.unlikeness(x, truth).sum());
      assertThat(gradient.isNaN().any().getBoolean()).isFalse();
    }
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Transform.class)
  void theGradientIsThatOfFiniteDifferences(Transform transform) {
    InverseNetworkConfig config =
        new InverseNetworkConfig.MultiLayerPerceptron(TILE, List.of(8), transform);
    List<Double> normaliser =
        Stream.iterate(0.2, n -> n + 0.02).limit(transform.parameters()).toList();
    InverseTransformNetwork network = InverseTransformNetwork.of(config, normaliser);
    new RandomParameters(network, 3).bind(manager, network, DataType.FLOAT64);
    InverseDistance distance = new InverseDistance(network, true, 0.7);
    NDArray truth = random(7, 2, 0.3).toType(DataType.FLOAT64, true);

    new GradientCheck()
        .input(2, 1, TILE, TILE)
        .check(
            x -> {
              try (Tape tape = Tape.frozen(manager)) {
                return distance.of(tape, x.get(0), distance.ofTruth(tape, truth)).sum();
              }
            });
  }
}
