package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointTest {
  private static final ChannelMasks NO_MASKS =
      (layer, samples, channels, probability) -> new float[samples * channels];

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

  /** x to (x * weight + x * x, x as it came), with x read twice. */
  private static final class Forked extends Layer {
    private final Parameter weight =
        weight("weight", Parameter.Type.BIAS, Initial.constant(1), 2, 3);

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      NDArray x = tape.cut(inputs.get(0));
      NDArray y = x.mul(tape.use(weight));
      try (NDArray square = x.mul(x)) {
        Operators.addInPlace(y, square);
      }
      tape.endCut(x);
      return new NDList(y, inputs.get(1));
    }
  }

  /** Runs others one behind the other, each of them or all together in a checkpoint. */
  private static final class Chained extends Layer {
    private final List<Layer> layers;
    private final boolean checkpoints;

    Chained(boolean checkpoints, Layer... layers) {
      this.checkpoints = checkpoints;
      this.layers = List.of(layers);
      this.layers.stream().distinct().forEach(layer -> add("0", layer));
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      NDList x = inputs;
      for (Layer layer : layers) {
        x = checkpoints ? tape.checkpoint(layer, x) : layer.forward(tape, x);
      }
      return x;
    }
  }

  /** Values and gradients of a layer of two inputs (2, 3). */
  private Map<String, double[]> gradients(Layer layer) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    new RandomParameters(layer, 3).bind(manager, layer, DataType.FLOAT64);
    Differentiable a = new Differentiable(input(1));
    Differentiable b = new Differentiable(input(2));
    try (Tape tape =
        Tape.training(manager, RandomParameters.collector(layer, gradients), NO_MASKS)) {
      NDList y =
          layer.forward(
              tape, new NDList(Operators.scale(a.leaf(), 1), Operators.scale(b.leaf(), 1)));
      gradients.put("output", y.get(0).toDoubleArray());
      tape.backward(y.get(0).mul(y.get(1)).sum());
    }
    gradients.put("a", a.gradients());
    gradients.put("b", b.gradients());
    return gradients;
  }

  private NDArray input(long key) {
    Shape shape = new Shape(2, 3);
    return manager.create(RandomParameters.gaussian(new KeyedRandom(5, key), shape), shape);
  }

  private static void assertSameBits(Map<String, double[]> actual, Map<String, double[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, values) -> assertThat(actual.get(name)).as(name).containsExactly(values));
  }

  @Test
  void changesNoBitAndLetsAnInputThroughThatComesOutAgain() {
    Map<String, double[]> plain = gradients(new Chained(false, new Forked()));
    assertThat(plain).containsOnlyKeys("output", "0.weight", "a", "b");
    assertSameBits(gradients(new Chained(true, new Forked())), plain);
  }

  @Test
  void checkpointsMayLieInsideOfCheckpoints() {
    Map<String, double[]> plain = gradients(new Chained(false, new Chained(false, new Forked())));
    assertSameBits(gradients(new Chained(true, new Chained(true, new Forked()))), plain);
  }

  @Test
  void aParameterOfTwoCheckpointsIsFinalOnceWithTheSumOfBoth() {
    assertSameBits(gradients(twice(true)), gradients(twice(false)));
  }

  private static Layer twice(boolean checkpoints) {
    Forked shared = new Forked();
    return new Chained(checkpoints, shared, shared);
  }

  @Test
  void hasItsGradients() throws Exception {
    new LayerCheck(() -> new Chained(true, new Forked())).input(2, 3).input(2, 3).check();
  }

  @Test
  void keepsItsInputsAndOutputsAndNothingElse() {
    Forked layer = new Forked();
    new RandomParameters(layer, 3).bind(manager, layer, DataType.FLOAT64);
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.training(arrays, (parameter, gradient) -> {}, NO_MASKS)) {
      NDList x = new NDList(arrays.ones(new Shape(2, 3)), arrays.ones(new Shape(2, 3)));
      NDList y = tape.checkpoint(layer, new NDList(x));
      // Besides, there is the parameter's leaf.
      assertThat(arrays.getManagedArrays()).hasSize(5).containsAll(x).containsAll(y);
    }
  }

  @Test
  void inInferenceTheOutputsLiveUntilTheirCutEnds() {
    Forked layer = new Forked();
    new RandomParameters(layer, 3).bind(manager, layer, DataType.FLOAT32);
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.inference(arrays)) {
      NDList x = new NDList(arrays.ones(new Shape(2, 3)), arrays.ones(new Shape(2, 3)));
      NDList y = tape.checkpoint(layer, x);
      y.forEach(tape::release);
      assertThat(y.get(0).toFloatArray()).isNotEqualTo(y.get(1).toFloatArray());
      y.forEach(tape::endCut);
      assertThat(arrays.getManagedArrays()).isEmpty();
    }
  }

  @Test
  void anOutputThatTheLossDoesNotReadIsNoTrouble() {
    Forked layer = new Forked();
    Map<String, double[]> gradients = new LinkedHashMap<>();
    new RandomParameters(layer, 3).bind(manager, layer, DataType.FLOAT64);
    Differentiable b = new Differentiable(input(2));
    try (Tape tape =
        Tape.training(manager, RandomParameters.collector(layer, gradients), NO_MASKS)) {
      NDList y = tape.checkpoint(layer, new NDList(input(1), Operators.scale(b.leaf(), 1)));
      tape.backward(y.get(1).sum());
    }
    assertThat(gradients).isEmpty();
    assertThat(b.gradients()).containsOnly(1);
  }
}
