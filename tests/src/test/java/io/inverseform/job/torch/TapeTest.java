package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapeTest {
  private static final ChannelMasks NO_MASKS =
      (layer, samples, channels, probability) -> new float[samples * channels];

  private final List<String> events = new ArrayList<>();
  private NDManager manager;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(TestDevice.get());
    JniUtils.setGradMode(true);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  /** A parameter of standard normal values. */
  private Parameter parameter(String name, long... shape) {
    Parameter parameter = Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
    parameter.setArray(random(name, shape));
    return parameter;
  }

  private NDArray random(String name, long... shape) {
    KeyedRandom random = new KeyedRandom(3, KeyedRandom.hash(name));
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  private Tape recording(NDManager step) {
    return Tape.training(
        step, (parameter, gradient) -> events.add("final " + parameter.getName()), NO_MASKS);
  }

  /** Convolutions with two fan-outs, one inside the other; cuts where it is told to. */
  private final class FanOuts {
    private final Parameter first = parameter("first", 4, 3, 3, 3);
    private final Parameter left = parameter("left", 4, 4, 3, 3);
    private final Parameter right = parameter("right", 4, 4, 1, 1);
    private final Parameter last = parameter("last", 2, 8, 1, 1);

    Map<String, float[]> gradients(boolean cuts) {
      Map<String, float[]> gradients = new LinkedHashMap<>();
      Gradients receiver =
          (parameter, gradient) ->
              gradients.put(parameter.getName(), gradient.duplicate().toFloatArray());
      try (NDManager step = manager.newSubManager();
          Tape tape = Tape.training(step, receiver, NO_MASKS)) {
        NDArray images = random("images", 2, 3, 8, 8);
        NDArray x = fork(tape, Operators.convolution(images, tape.use(first), null, 1), cuts);
        NDArray y = Operators.convolution(x, tape.use(left), null, 1);
        Operators.reluInPlace(y);
        y = fork(tape, y, cuts);
        NDArray z = Operators.convolution(y, tape.use(right), null, 1).mul(y).add(x);
        NDArray joined = z.concat(Operators.convolution(y, tape.use(left), null, 1), 1);
        NDArray loss = Operators.convolution(joined, tape.use(last), null, 1).square().mean();
        tape.backward(loss);
      }
      return gradients;
    }

    private NDArray fork(Tape tape, NDArray x, boolean cuts) {
      return cuts ? tape.cut(x) : x;
    }
  }

  @Test
  void cutsChangeNoBitOfTheGradients() {
    FanOuts network = new FanOuts();
    Map<String, float[]> whole = network.gradients(false);
    Map<String, float[]> cut = network.gradients(true);
    assertThat(whole.keySet()).containsExactlyInAnyOrder("first", "left", "right", "last");
    assertThat(cut.keySet()).isEqualTo(whole.keySet());
    whole.forEach(
        (name, gradient) -> {
          assertThat(cut.get(name)).as(name).containsExactly(gradient);
          assertThat(gradient).as(name).doesNotContain(0f);
        });
  }

  /** Doubles its first input and triples its second. */
  private final class TwoAndThree implements Node {
    private final String name;
    private boolean closed;

    TwoAndThree(String name) {
      this.name = name;
    }

    @Override
    public NDArray[] forward(NDArray[] x) {
      assertThat(JniUtils.isGradMode()).as("gradients in %s", name).isFalse();
      return new NDArray[] {x[0].mul(2), x[1].mul(3)};
    }

    @Override
    public NDArray[] backward(NDArray[] dy) {
      events.add("backward " + name);
      NDArray[] dx = new NDArray[2];
      for (int i = 0; i < 2; i++) {
        if (dy[i] != null) {
          dx[i] = dy[i].mul(2 + i);
          dy[i].close();
        }
      }
      return dx;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void aNodesOwnBackwardPassIsUsed() {
    Parameter a = parameter("a", 3);
    Parameter b = parameter("b", 3);
    Map<String, float[]> gradients = new LinkedHashMap<>();
    TwoAndThree node = new TwoAndThree("node");
    try (Tape tape =
        Tape.training(
            manager,
            (parameter, gradient) -> gradients.put(parameter.getName(), gradient.toFloatArray()),
            NO_MASKS)) {
      NDArray ones = manager.ones(new Shape(3));
      NDArray[] y = tape.apply(node, ones.mul(tape.use(a)), ones.mul(tape.use(b)));
      assertThat(JniUtils.isGradMode()).isTrue();
      assertThat(y[0].toFloatArray()).containsExactly(a.getArray().mul(2).toFloatArray());
      tape.backward(y[0].sum().add(y[1].sum().mul(5)));
    }
    assertThat(gradients.get("a")).containsExactly(2, 2, 2);
    assertThat(gradients.get("b")).containsExactly(15, 15, 15);
    assertThat(node.closed).isTrue();
  }

  @Test
  void anOutputThatTheLossDoesNotReadGetsNoGradient() {
    Parameter a = parameter("a", 3);
    Parameter b = parameter("b", 3);
    Map<String, Boolean> received = new LinkedHashMap<>();
    try (Tape tape =
        Tape.training(
            manager,
            (parameter, gradient) -> received.put(parameter.getName(), gradient != null),
            NO_MASKS)) {
      NDArray ones = manager.ones(new Shape(3));
      NDArray[] y =
          tape.apply(new TwoAndThree("node"), ones.mul(tape.use(a)), ones.mul(tape.use(b)));
      tape.backward(y[1].sum());
    }
    assertThat(received).containsOnly(Map.entry("a", false), Map.entry("b", true));
  }

  @Test
  void aParameterIsFinalWhenEveryCutAfterItsFirstUseIsDone() {
    Parameter a = parameter("a", 3);
    Parameter b = parameter("b", 3);
    Parameter c = parameter("c", 3);
    try (Tape tape = recording(manager)) {
      NDArray ones = manager.ones(new Shape(3));
      NDArray[] y = tape.apply(new TwoAndThree("one"), ones.mul(tape.use(a)), ones.mul(3));
      NDArray[] z = tape.apply(new TwoAndThree("two"), y[0].mul(tape.use(b)), y[1].mul(1));
      // The second use of a is behind all cuts, but its gradient still grows at the first.
      NDArray loss = z[0].mul(tape.use(c)).add(z[1]).mul(tape.use(a)).sum();
      tape.backward(loss);
    }
    assertThat(events)
        .containsExactly("final c", "backward two", "final b", "backward one", "final a");
  }

  @Test
  void aCutOfACutAndACutOfTheInputAreCarried() {
    Parameter a = parameter("a", 3);
    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (Tape tape =
        Tape.training(
            manager,
            (parameter, gradient) -> gradients.put(parameter.getName(), gradient.toFloatArray()),
            NO_MASKS)) {
      NDArray input = tape.cut(manager.create(new float[] {1, 2, 3}));
      NDArray outer = tape.cut(input.mul(tape.use(a)));
      NDArray inner = tape.cut(outer);
      tape.backward(outer.add(inner.mul(2)).add(inner.mul(4)).sum());
    }
    assertThat(gradients.get("a")).containsExactly(7, 14, 21);
  }

  @Test
  void trainingFreesEveryActivationAndLeafInTheBackwardPass() {
    Parameter a = parameter("a", 3);
    try (Tape tape = recording(manager)) {
      NDArray x = manager.ones(new Shape(3)).mul(tape.use(a));
      NDArray y = tape.cut(x);
      NDArray loss = y.square().sum();
      tape.release(x);
      tape.endCut(y);
      assertThat(released(x)).isFalse();
      assertThat(released(y)).isFalse();

      tape.backward(loss);

      assertThat(released(x)).isTrue();
      assertThat(released(y)).isTrue();
    }
  }

  @Test
  void inferenceFreesAtReleaseAndAtTheEndOfACut() {
    try (Tape tape = Tape.inference(manager)) {
      NDArray x = manager.ones(new Shape(3));
      NDArray y = tape.cut(x);
      tape.release(y);
      assertThat(released(y)).as("between cut and end").isFalse();
      tape.endCut(y);
      assertThat(released(y)).isTrue();
      NDArray z = manager.ones(new Shape(3));
      tape.release(z);
      assertThat(released(z)).isTrue();
    }
  }

  @Test
  void inferenceUsesTheWeightsThemselvesWithoutGradients() {
    Parameter a = parameter("a", 3);
    TwoAndThree node = new TwoAndThree("node");
    try (Tape tape = Tape.inference(manager)) {
      assertThat(tape.use(a)).isSameAs(a.getArray());
      assertThat(JniUtils.isGradMode()).isFalse();
      NDArray ones = manager.ones(new Shape(3));
      assertThat(tape.apply(node, ones, ones)[1].toFloatArray()).containsExactly(3, 3, 3);
    }
    assertThat(node.closed).isTrue();
    assertThat(JniUtils.isGradMode()).as("mode of the thread before").isTrue();
  }

  @Test
  void aFrozenTapeCarriesGradientsToTheInputsOnly() {
    Parameter a = parameter("a", 3);
    Differentiable x = new Differentiable(manager.ones(new Shape(3)));
    NDArray loss;
    try (Tape tape = Tape.frozen(manager)) {
      assertThat(tape.training()).isFalse();
      loss = x.leaf().mul(tape.use(a)).sum();
    }
    Differentiable.backward(loss);
    assertThat(x.gradient()).containsExactly(a.getArray().toFloatArray());
    assertThat(Operators.requiresGradient(a.getArray())).isFalse();
  }

  @Test
  void aFrozenTapeRefusesANode() {
    try (Tape tape = Tape.frozen(manager)) {
      NDArray ones = manager.ones(new Shape(3));
      assertThatThrownBy(() -> tape.apply(new TwoAndThree("node"), ones, ones))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("TwoAndThree cannot run on a frozen tape: autograd ends there");
    }
  }

  @Test
  void theGradientModeOfTheThreadIsRestored() {
    JniUtils.setGradMode(false);
    try (Tape tape = recording(manager)) {
      assertThat(tape.training()).isTrue();
      assertThat(JniUtils.isGradMode()).isTrue();
    }
    assertThat(JniUtils.isGradMode()).isFalse();
  }

  @Test
  void noWeightKeepsAGradientBetweenSteps() {
    Parameter a = parameter("a", 2);
    List<float[]> gradients = new ArrayList<>();
    for (int step = 0; step < 2; step++) {
      try (NDManager arrays = manager.newSubManager();
          Tape tape =
              Tape.training(
                  arrays,
                  (parameter, gradient) -> gradients.add(gradient.toFloatArray()),
                  NO_MASKS)) {
        tape.backward(arrays.ones(new Shape(2)).mul(tape.use(a)).sum());
      }
    }
    assertThat(gradients).containsExactly(new float[] {1, 1}, new float[] {1, 1});
  }

  @Test
  void masksAreDrawnByTheLayersNameAndShape() {
    List<String> asked = new ArrayList<>();
    ChannelMasks masks =
        (layer, samples, channels, probability) -> {
          asked.add(layer + " " + samples + " " + channels + " " + probability);
          return new float[] {0, 2, 2, 0};
        };
    try (Tape tape = Tape.training(manager, (parameter, gradient) -> {}, masks)) {
      NDArray mask = tape.channelMask("head", manager.ones(new Shape(2, 2, 3, 3)), 0.5);
      assertThat(mask.getShape()).isEqualTo(new Shape(2, 2, 1, 1));
      assertThat(mask.toFloatArray()).containsExactly(0, 2, 2, 0);
    }
    assertThat(asked).containsExactly("head 2 2 0.5");
  }

  @Test
  void dropoutWithoutMasksIsAnError() {
    try (Tape tape = Tape.inference(manager)) {
      NDArray x = manager.ones(new Shape(1, 2, 1, 1));
      assertThatThrownBy(() -> tape.channelMask("head", x, 0.5))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("dropout 0.5 in head but this tape was given no masks");
    }
  }

  private static boolean released(NDArray x) {
    return ((PtNDArray) x).isReleased();
  }
}
