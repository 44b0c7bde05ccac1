package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.inverseform.golden.Goldens;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyncBatchNormTest {
  private static final double MOMENTUM = 0.25;

  @BeforeEach
  void start() {
    Torch.start(1);
  }

  /** The node with parameters of its own. */
  private static final class Normalised extends Layer {
    private final Parameter scale;
    private final Parameter shift;
    private final Parameter mean;
    private final Parameter variance;

    Normalised(int channels) {
      scale = weight("weight", Parameter.Type.GAMMA, Initial.constant(1), channels);
      shift = weight("bias", Parameter.Type.BETA, Initial.constant(0), channels);
      mean = buffer("running_mean", Parameter.Type.RUNNING_MEAN, 0, channels);
      variance = buffer("running_var", Parameter.Type.RUNNING_VAR, 1, channels);
    }

    @Override
    public NDList forward(Tape tape, NDList inputs) {
      NDArray x = inputs.singletonOrThrow();
      SyncBatchNorm node =
          new SyncBatchNorm(
              tape.group(),
              List.of(new SyncBatchNorm.Running(mean.getArray(), variance.getArray())),
              tape.momentum(MOMENTUM),
              0.01);
      NDArray y = tape.apply(node, x, tape.use(scale), tape.use(shift))[0];
      tape.release(x);
      return new NDList(y);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "2 1", "1 2", "1 1 1"})
  void hasItsGradientsHoweverTheBatchIsSpread(String parts) throws Exception {
    int[] samples = Arrays.stream(parts.split(" ")).mapToInt(Integer::parseInt).toArray();
    new LayerCheck(() -> new Normalised(4)).input(3, 4, 3, 2).parts(samples).check();
  }

  /** What a worker had after a forward pass. */
  private record After(float[] y, float[] mean, float[] variance) {}

  private static After forward(Group group, float... values) {
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      NDArray mean = manager.create(new float[] {10});
      NDArray variance = manager.create(new float[] {1});
      SyncBatchNorm node =
          new SyncBatchNorm(group, List.of(new SyncBatchNorm.Running(mean, variance)), MOMENTUM, 0);
      NDArray x = manager.create(values, new Shape(1, 1, 1, values.length));
      NDArray one = manager.ones(new Shape(1));
      NDArray y = node.forward(new NDArray[] {x, one, manager.zeros(new Shape(1))})[0];
      node.close();
      return new After(y.toFloatArray(), mean.toFloatArray(), variance.toFloatArray());
    }
  }

  @Test
  void normalisesByAllWorkersValuesAndMovesTheRunningStatistics() throws Exception {
    float[][] values = {{1}, {2, 3, 6}};
    WorkersInMemory.Done<After> done =
        WorkersInMemory.run(2, (rank, group) -> forward(group, values[rank]));

    // Mean 3, variance 14 / 4; the running one takes 14 / 3, without bias.
    double std = Math.sqrt(14 / 4.0);
    assertThat(done.results().get(0).y()[0]).isCloseTo((float) (-2 / std), within(1e-6f));
    assertThat(done.results().get(1).y()[2]).isCloseTo((float) (3 / std), within(1e-6f));
    for (After after : done.results()) {
      assertThat(after.mean()[0]).isCloseTo(10 * 0.75f + 3 * 0.25f, within(1e-6f));
      assertThat(after.variance()[0]).isCloseTo((float) (0.75 + 14 / 3.0 * 0.25), within(1e-6f));
    }
    assertThat(done.rounds()).isEqualTo(1);
  }

  /** Outputs, inputs' gradients and running variances of layers 2 and 3 channels wide. */
  private static List<float[]> pass(int rank, Group group, List<List<Integer>> nodes) {
    List<float[]> results = new ArrayList<>();
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      for (List<Integer> node : nodes) {
        List<SyncBatchNorm.Running> running = new ArrayList<>();
        NDList inputs = new NDList();
        NDList dy = new NDList();
        for (int channels : node) {
          running.add(
              new SyncBatchNorm.Running(
                  manager.zeros(new Shape(channels)), manager.ones(new Shape(channels))));
          inputs.add(random(manager, rank, 0, 2, channels, 3, 2));
          inputs.add(random(manager, 0, 1, channels));
          inputs.add(random(manager, 0, 2, channels));
          dy.add(random(manager, rank, 3, 2, channels, 3, 2));
        }
        SyncBatchNorm norm = new SyncBatchNorm(group, running, MOMENTUM, 0.01);
        NDArray[] y = norm.forward(inputs.toArray(new NDArray[0]));
        NDArray[] dx = norm.backward(dy.toArray(new NDArray[0]));
        for (int layer = 0; layer < y.length; layer++) {
          results.add(y[layer].toFloatArray());
          results.add(running.get(layer).variance().toFloatArray());
          for (NDArray gradient : Arrays.asList(dx).subList(3 * layer, 3 * layer + 3)) {
            results.add(gradient.toFloatArray());
          }
        }
        norm.close();
      }
    }
    return results;
  }

  private static NDArray random(NDManager manager, int rank, int what, long... sides) {
    Shape shape = new Shape(sides);
    double[] values = RandomParameters.gaussian(new KeyedRandom(rank, what, sides[0]), shape);
    return RandomParameters.tensor(manager, values, shape, DataType.FLOAT32);
  }

  @Test
  void layersThatShareTheirRoundsComputeTheSameBits() throws Exception {
    WorkersInMemory.Done<List<float[]>> alone =
        WorkersInMemory.run(2, (rank, group) -> pass(rank, group, List.of(List.of(2), List.of(3))));
    WorkersInMemory.Done<List<float[]>> together =
        WorkersInMemory.run(2, (rank, group) -> pass(rank, group, List.of(List.of(2, 3))));

    assertThat(together.results().get(0))
        .usingElementComparator(Arrays::compare)
        .containsExactlyElementsOf(alone.results().get(0));
    assertThat(together.results().get(1))
        .usingElementComparator(Arrays::compare)
        .containsExactlyElementsOf(alone.results().get(1));
    assertThat(alone.rounds()).isEqualTo(4);
    assertThat(together.rounds()).isEqualTo(2);
  }

  @Test
  void aWorkerAloneMakesNoRound() {
    Group silent =
        new Group() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public double[] sum(double[] values) {
            throw new AssertionError("nobody is there");
          }
        };
    After after = forward(silent, 1, 2, 3, 6);
    assertThat(after.y()[3]).isCloseTo((float) (3 / Math.sqrt(14 / 4.0)), within(1e-6f));
    assertThat(after.variance()[0]).isCloseTo((float) (0.75 + 14 / 3.0 * 0.25), within(1e-6f));
  }

  @Test
  void aWorkerAloneComputesBatchNorm() {
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      NDArray x = manager.randomNormal(1, 2, new Shape(3, 4, 5, 5), DataType.FLOAT32);
      NDArray scale = manager.create(new float[] {1, -2, 0.5f, 3});
      NDArray shift = manager.create(new float[] {0, 1, 2, -3});
      NDArray mean = manager.zeros(new Shape(4));
      NDArray variance = manager.ones(new Shape(4));
      NDArray otherMean = manager.zeros(new Shape(4));
      NDArray otherVariance = manager.ones(new Shape(4));
      SyncBatchNorm node =
          new SyncBatchNorm(
              Group.ALONE, List.of(new SyncBatchNorm.Running(mean, variance)), MOMENTUM, 1e-5);

      NDArray y = node.forward(new NDArray[] {x, scale, shift})[0];

      NDArray expected =
          Operators.convolutionBatchNorm(
              x,
              manager.eye(4).reshape(4, 4, 1, 1),
              null,
              scale,
              shift,
              otherMean,
              otherVariance,
              1,
              true,
              MOMENTUM,
              1e-5,
              false);
      assertThat(Goldens.relativeL2(y.toFloatArray(), expected.toFloatArray())).isLessThan(1e-6);
      assertThat(Goldens.relativeL2(mean.toFloatArray(), otherMean.toFloatArray()))
          .isLessThan(1e-6);
      assertThat(Goldens.relativeL2(variance.toFloatArray(), otherVariance.toFloatArray()))
          .isLessThan(1e-6);
    }
  }

  /** A large mean beside a small spread: what is lost to rounding must not show in float32. */
  @Test
  void aSmallSpreadAroundALargeMeanSurvivesTheRound() throws Exception {
    float[][] values = {{1000, 1000.5f}, {999, 1001, 1000.25f}};
    List<After> two =
        WorkersInMemory.run(2, (rank, group) -> forward(group, values[rank])).results();
    After one = forward(Group.ALONE, 1000, 1000.5f, 999, 1001, 1000.25f);
    assertThat(two.get(1).y()[0]).isCloseTo(one.y()[2], within(1e-3f));
    assertThat(two.get(0).variance()[0]).isCloseTo(one.variance()[0], within(1e-6f));
  }

  @Test
  void outputsAreLikeThoseOfAnyOperator() {
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      Normalised layer = new Normalised(2);
      new RandomParameters(layer, 1).bind(manager, layer, DataType.FLOAT32);
      try (Tape tape =
          Tape.training(manager, (parameter, gradient) -> {}, (l, s, c, p) -> new float[0])) {
        NDArray y = layer.forward(tape, manager.randomNormal(new Shape(2, 2, 3, 3)));
        Operators.reluInPlace(y);
        NDArray sum = y.sum();
        y.close();
        tape.backward(sum);
      }
    }
  }
}
