package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.inverseform.job.TestDevice;
import io.inverseform.job.config.ConfigException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlatParametersTest {
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

  /** Declares vectors of the given lengths, and a buffer behind each; multiplies by the used. */
  private static final class Vectors extends Layer {
    private final List<Parameter> weights = new ArrayList<>();
    private final List<Integer> used;

    Vectors(List<Integer> lengths, List<Integer> used) {
      this.used = used;
      for (int length : lengths) {
        weights.add(weight("weight" + length, Parameter.Type.WEIGHT, Initial.normal(1), length));
        buffer("running" + length, Parameter.Type.OTHER, 5, length);
      }
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      NDArray sum = inputs.singletonOrThrow();
      for (int index : used) {
        sum = sum.add(tape.use(weights.get(index)).square().sum());
      }
      return new NDList(sum);
    }
  }

  private static final class Pair extends Layer {
    Pair(List<Integer> first, List<Integer> second) {
      add("a", new Vectors(first, List.of()));
      add("", new Vectors(second, List.of()));
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      return inputs;
    }
  }

  private FlatParameters of(Layer network, long seed) {
    return new FlatParameters(manager, network, seed);
  }

  @Test
  void aNetworkOfMoreFloatsThanAVectorHoldsIsRefusedBeforeItTakesMemory() {
    Layer large = new Vectors(List.of(600_000_000), List.of());

    assertThatThrownBy(() -> of(large, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "the network's weights take 600000000 floats, at most 536870911 fit into a vector: make it"
                + " narrower");
  }

  private static float[] values(FlatParameters parameters, String name) {
    for (FlatParameters.Slot slot : parameters.slots()) {
      if (slot.name().equals(name)) {
        return parameters.values(slot);
      }
    }
    throw new AssertionError("no parameter " + name);
  }

  @Test
  void parametersLieInTheirOrderOnAlignedOffsets() {
    FlatParameters parameters = of(new Pair(List.of(3, 64), List.of(65, 1)), 1);
    assertThat(parameters.slots())
        .containsExactly(
            new FlatParameters.Slot("a.weight3", new Shape(3), 0, true),
            new FlatParameters.Slot("a.running3", new Shape(3), 0, false),
            new FlatParameters.Slot("a.weight64", new Shape(64), 64, true),
            new FlatParameters.Slot("a.running64", new Shape(64), 64, false),
            new FlatParameters.Slot("weight65", new Shape(65), 128, true),
            new FlatParameters.Slot("running65", new Shape(65), 128, false),
            new FlatParameters.Slot("weight1", new Shape(1), 256, true),
            new FlatParameters.Slot("running1", new Shape(1), 256, false));
    assertThat(parameters.weights().length()).isEqualTo(320);
    assertThat(parameters.gradient().length()).isEqualTo(320);
    assertThat(parameters.buffers().length()).isEqualTo(320);
    assertThat(parameters.parameterCount()).isEqualTo(3 + 64 + 65 + 1);
  }

  @Test
  void parametersAndFlatVectorAreTheSameMemory() {
    Vectors network = new Vectors(List.of(3, 2), List.of());
    FlatParameters parameters = of(network, 1);
    NDArray second = network.named().get("weight2").getArray();
    assertThat(second.toFloatArray()).containsExactly(values(parameters, "weight2"));

    parameters.weights().host().put(64, 4).put(65, 5);
    parameters.weights().toDevice();
    assertThat(second.toFloatArray()).containsExactly(4, 5);

    Operators.fill(second, 6);
    parameters.weights().toHost();
    assertThat(values(parameters, "weight2")).containsExactly(6, 6);
    assertThat(parameters.weights().bytes().getFloat(64 * Float.BYTES)).isEqualTo(6);
  }

  /** A kernel of three filters, five channels and 2 x 3 pixels, and one without a choice. */
  private static final class Kernels extends Layer {
    private final Initial counted =
        (values, shape, random) -> {
          for (int i = 0; i < shape.size(); i++) {
            values.put(i + 1);
          }
        };

    Kernels() {
      weight("kernel", Parameter.Type.WEIGHT, counted, 3, 5, 2, 3);
      weight("pointwise", Parameter.Type.WEIGHT, counted, 3, 5, 1, 1);
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      return new NDList(tape.use(named().get("kernel")).mul(inputs.singletonOrThrow()).sum());
    }
  }

  @Test
  void aKernelLiesInMemoryWithItsChannelsLastAndIsReadAndWrittenInPyTorchsOrder() {
    Kernels network = new Kernels();
    FlatParameters parameters = of(network, 1);
    FlatParameters.Slot kernel = parameters.slots().get(0);
    float[] counted = new float[kernel.length()];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = i + 1;
    }
    NDArray weight = network.named().get("kernel").getArray();

    assertThat(weight.getShape()).isEqualTo(new Shape(3, 5, 2, 3));
    assertThat(weight.toFloatArray()).containsExactly(counted);
    assertThat(parameters.values(kernel)).containsExactly(counted);
    assertThat(values(parameters, "pointwise")).containsExactly(Arrays.copyOf(counted, 15));
    float[] inMemory = new float[7];
    parameters.weights().host().get(inMemory);
    assertThat(inMemory)
        .as("channels of a pixel, then the next pixel")
        .containsExactly(1, 7, 13, 19, 25, 2, 8);

    float[] doubled = new float[counted.length];
    for (int i = 0; i < counted.length; i++) {
      doubled[i] = 2 * counted[i];
    }
    parameters.put(kernel, doubled);
    assertThat(weight.toFloatArray()).containsExactly(doubled);
  }

  @Test
  void aKernelsGradientIsReadInPyTorchsOrder() {
    Kernels network = new Kernels();
    FlatParameters parameters = of(network, 1);
    FlatParameters.Collector collector = parameters.collect((offset, length) -> {});
    try (NDManager step = manager.newSubManager();
        Tape tape = Tape.training(step, collector, (layer, samples, channels, p) -> new float[0])) {
      NDArray factors = step.arange(90).reshape(3, 5, 2, 3).add(0.5f);
      tape.backward(network.forward(tape, new NDList(factors)).singletonOrThrow());
      collector.finish();
      assertThat(parameters.gradient(parameters.slots().get(0)))
          .containsExactly(factors.toFloatArray());
    }
  }

  @Test
  void aParametersFirstValuesDependOnSeedAndNameOnly() {
    FlatParameters one = of(new Vectors(List.of(3, 70, 5), List.of()), 1);
    FlatParameters reordered = of(new Vectors(List.of(5, 70, 9, 3), List.of()), 1);
    FlatParameters otherSeed = of(new Vectors(List.of(70), List.of()), 2);
    for (String name : List.of("weight3", "weight70", "weight5")) {
      assertThat(values(reordered, name)).as(name).containsExactly(values(one, name));
    }
    assertThat(values(one, "weight70")).isNotEqualTo(values(otherSeed, "weight70"));
    assertThat(values(one, "running3")).containsExactly(5, 5, 5);
  }

  @Test
  void gapsBetweenParametersAreZero() {
    FlatParameters parameters = of(new Vectors(List.of(3, 2), List.of()), 1);
    FloatBuffer weights = parameters.weights().host();
    float[] gap = new float[61];
    weights.position(3).get(gap);
    assertThat(gap).containsOnly(0);
  }

  @Test
  void theInitialDistributionsHaveTheirSpread() {
    int n = 40_000;
    assertThat(spread(Initial.normal(0.5), n)).isBetween(0.49, 0.51);
    assertThat(spread(Initial.uniform(3), n)).isBetween(1.71, 1.75);
    // 2 / fan-out of a (400, 4, 5, 5) weight is 2 / 10000.
    assertThat(spread(Initial.kaimingFanOut(), 400, 4, 5, 5)).isBetween(0.0139, 0.0144);
  }

  /** Standard deviation around 0. */
  private static double spread(Initial initial, long... shape) {
    FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(new Shape(shape).size()));
    initial.draw(values, new Shape(shape), new io.inverseform.udf.random.KeyedRandom(1));
    assertThat(values.hasRemaining()).as("values that were not drawn").isFalse();
    double sum = 0;
    for (float value : values.array()) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.capacity());
  }

  @Test
  void aStepCompletesEveryFloatOnce() {
    Vectors network = new Vectors(List.of(3, 70, 2), List.of(2, 0));
    FlatParameters parameters = of(network, 1);
    float[] stale = new float[parameters.gradient().length()];
    Arrays.fill(stale, 9);
    parameters.gradient().host().put(stale);
    parameters.gradient().toDevice();
    int[] completed = new int[stale.length];
    FlatParameters.Collector collector =
        parameters.collect(
            (offset, length) -> {
              for (int i = offset; i < offset + length; i++) {
                completed[i]++;
              }
            });

    try (NDManager step = manager.newSubManager();
        Tape tape = Tape.training(step, collector, (layer, samples, channels, p) -> new float[0])) {
      NDArray loss = network.forward(tape, step.zeros(new Shape()));
      assertThat(completed).containsOnly(0);
      tape.backward(loss);
    }
    assertThat(completed[0]).as("used").isEqualTo(1);
    assertThat(completed[64]).as("not used").isZero();
    collector.finish();

    assertThat(completed).containsOnly(1);
    float[] gradient = new float[stale.length];
    parameters.gradient().host().get(gradient);
    float[] first = values(parameters, "weight3");
    float[] last = values(parameters, "weight2");
    assertThat(Arrays.copyOf(gradient, 3))
        .containsExactly(2 * first[0], 2 * first[1], 2 * first[2]);
    assertThat(Arrays.copyOfRange(gradient, 64, 134)).containsOnly(0);
    assertThat(Arrays.copyOfRange(gradient, 192, 194)).containsExactly(2 * last[0], 2 * last[1]);
  }

  @Test
  void aGradientThatIsNotFiniteIsFound() {
    FlatParameters parameters = of(new Vectors(List.of(3), List.of()), 1);
    assertThat(parameters.gradientIsFinite()).isTrue();
    parameters.gradient().host().put(1, Float.NaN);
    parameters.gradient().toDevice();
    assertThat(parameters.gradientIsFinite()).isFalse();
    parameters.gradient().host().put(1, Float.NEGATIVE_INFINITY);
    parameters.gradient().toDevice();
    assertThat(parameters.gradientIsFinite()).isFalse();
  }

  @Test
  void aNetworkWithoutBuffersHasMemory() {
    InitialOnly network = new InitialOnly();
    FlatParameters parameters = of(network, 1);
    assertThat(parameters.parameterCount()).isEqualTo(2);
    assertThat(network.named().get("w").getArray().toFloatArray()).containsExactly(1, 1);
  }

  private static final class InitialOnly extends Layer {
    InitialOnly() {
      weight("w", Parameter.Type.WEIGHT, Initial.constant(1), 2);
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      return inputs;
    }
  }
}
