package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.TestDevice;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.NormConfig.Type;
import io.inverseform.job.torch.ChannelMasks;
import io.inverseform.job.torch.Group;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.RandomParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.torch.WorkersInMemory;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Training passes of OCRNet whose batch is spread over workers beside those of one worker, and with
 * checkpoints beside those without.
 */
class SynchronisedNetworkTest {
  private static final int SAMPLES = 4;
  private static final int SIDE = 64;

  /**
   * Of a network on which rounding makes less than 5e-6 of a float32 pass; on those of other seeds
   * one worker's own pass is up to 2e-5 away from float64, or more where it crosses ReLU's kink.
   */
  private static final long SEED = 6;

  @BeforeEach
  void start() {
    Torch.start(1);
  }

  /** Backbone and head of OCRNet, each in a checkpoint or not. */
  private static final class Network extends Layer {
    private final HrNet backbone;
    private final OcrHead head;
    private final boolean checkpoints;

    Network(Type norm, boolean checkpoints) {
      ModelConfig config = SmallNetwork.config(norm);
      backbone =
          add("backbone", new HrNet(config.backbone(), config.norm(), List.of(4), List.of()));
      head =
          add(
              "head",
              new OcrHead(
                  backbone.channels(4),
                  SmallNetwork.CLASSES,
                  (HeadConfig.ObjectContext) config.heads().get(0),
                  config.norm()));
      this.checkpoints = checkpoints;
    }

    @Override
    public NDList forward(Tape tape, NDList images) {
      NDArray features =
          checkpoints
              ? tape.checkpoint(backbone, images).singletonOrThrow()
              : tape.cut(backbone.forward(tape, images).singletonOrThrow());
      NDList heads;
      if (checkpoints) {
        heads = tape.checkpoint(head, new NDList(features));
      } else {
        // As a checkpoint does: what sums over the outputs' gradients finds them laid out the same.
        heads = new NDList();
        head.forward(tape, new NDList(features)).forEach(output -> heads.add(tape.cut(output)));
      }
      tape.endCut(features);
      return heads;
    }
  }

  /**
   * What all workers' passes came to.
   *
   * @param outputs side by side
   * @param gradients sums over the workers
   * @param buffers of each worker
   * @param rounds in which the workers summed
   */
  private record Result(
      double[] outputs,
      Map<String, double[]> gradients,
      List<Map<String, double[]>> buffers,
      int rounds) {}

  /** One worker's pass. */
  private record Pass(
      double[] outputs, Map<String, double[]> gradients, Map<String, double[]> buffers) {}

  private static Result run(Type norm, boolean checkpoints, DataType type, int... parts)
      throws Exception {
    WorkersInMemory.Done<Pass> done =
        WorkersInMemory.run(
            parts.length,
            (rank, group) -> {
              int from = Arrays.stream(parts, 0, rank).sum();
              try (NDManager manager = Torch.manager(TestDevice.get())) {
                return pass(
                    manager, group, new Network(norm, checkpoints), type, from, parts[rank]);
              }
            });
    List<Pass> passes = done.results();
    Map<String, double[]> gradients = new LinkedHashMap<>();
    List<Map<String, double[]>> buffers = new ArrayList<>();
    double[] outputs = {};
    for (Pass pass : passes) {
      int before = outputs.length;
      outputs = Arrays.copyOf(outputs, before + pass.outputs().length);
      System.arraycopy(pass.outputs(), 0, outputs, before, pass.outputs().length);
      pass.gradients()
          .forEach((name, own) -> gradients.merge(name, own, SynchronisedNetworkTest::sum));
      buffers.add(pass.buffers());
    }
    return new Result(outputs, gradients, buffers, done.rounds());
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  /** A part of the batch; a worker without samples walks along and does not count. */
  private static Pass pass(
      NDManager manager, Group group, Network network, DataType type, int from, int samples) {
    new RandomParameters(network, SEED).bind(manager, network, type);
    Map<String, double[]> gradients = new LinkedHashMap<>();
    boolean idle = samples == 0;
    double[] outputs;
    ChannelMasks masks =
        (layer, count, channels, probability) -> mask(layer, from, count, channels);
    try (Tape tape =
        Tape.training(
            manager,
            RandomParameters.collector(network, gradients),
            masks,
            idle ? new Spectator(group) : group)) {
      int count = Math.max(1, samples);
      NDArray images = array(manager, type, "images", from, count, 3, SIDE, SIDE);
      NDList heads = network.forward(tape, new NDList(images));
      NDArray loss = null;
      for (int k = 0; k < heads.size(); k++) {
        NDArray y = heads.get(k);
        Shape shape = y.getShape();
        NDArray weights =
            array(
                manager, type, "head " + k, from, count, shape.get(1), shape.get(2), shape.get(3));
        NDArray term = y.mul(weights).sum();
        loss = loss == null ? term : loss.add(term);
      }
      outputs = heads.get(0).toType(DataType.FLOAT64, true).toDoubleArray();
      tape.backward(loss);
    }
    return new Pass(
        idle ? new double[0] : outputs,
        idle ? Map.of() : gradients,
        RandomParameters.buffers(network));
  }

  /** A worker that adds nothing to the sums. */
  private record Spectator(Group group) implements Group {
    @Override
    public int size() {
      return group.size();
    }

    @Override
    public double[] sum(double[] values) {
      return group.sum(new double[values.length]);
    }
  }

  /** About a sixth of the channels is dropped. */
  private static float[] mask(String layer, int from, int samples, int channels) {
    double[] values = random(layer, from, samples, channels);
    float[] factors = new float[values.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = values[i] < 1 ? 1.25f : 0;
    }
    return factors;
  }

  private static double[] random(String what, int from, int count, long... shape) {
    int size = Math.toIntExact(new Shape(shape).size());
    double[] values = new double[count * size];
    for (int i = 0; i < count; i++) {
      KeyedRandom random = new KeyedRandom(3, KeyedRandom.hash(what), from + i);
      System.arraycopy(
          RandomParameters.gaussian(random, new Shape(size)), 0, values, i * size, size);
    }
    return values;
  }

  private static NDArray array(
      NDManager manager, DataType type, String what, int from, int count, long... shape) {
    double[] values = random(what, from, count, shape);
    Shape whole = new Shape(count).addAll(new Shape(shape));
    return RandomParameters.tensor(manager, values, whole, type);
  }

  @ParameterizedTest
  @CsvSource({
    "3 1, FLOAT64, 1e-12, false",
    "1 1 2, FLOAT64, 1e-12, false",
    "1 1 2, FLOAT64, 1e-12, true",
    "4, FLOAT64, 1e-12, false",
    "1 3, FLOAT32, 1e-5, false",
    "2 1 1, FLOAT32, 1e-5, true",
    "4, FLOAT32, 1e-5, false"
  })
  void workersComputeWhatOneWithTheWholeBatchDoes(
      String parts, DataType type, double tolerance, boolean checkpoints) throws Exception {
    Result whole = run(Type.BATCH, false, DataType.FLOAT64, SAMPLES);
    int[] samples = Arrays.stream(parts.split(" ")).mapToInt(Integer::parseInt).toArray();
    Result spread = run(Type.SYNC_BATCH, checkpoints, type, samples);

    assertThat(relative(spread.outputs(), whole.outputs())).as("outputs").isLessThan(tolerance);
    assertThat(relative(spread.gradients(), whole.gradients()))
        .as("gradients")
        .isLessThan(tolerance);
    for (Map<String, double[]> buffers : spread.buffers()) {
      assertThat(relative(buffers, whole.buffers().get(0))).as("buffers").isLessThan(tolerance);
      assertSameBits(buffers, spread.buffers().get(0));
    }
  }

  @Test
  void aWorkerWithoutSamplesCountsForNothing() throws Exception {
    Result two = run(Type.SYNC_BATCH, false, DataType.FLOAT64, 1, 3);
    Result three = run(Type.SYNC_BATCH, false, DataType.FLOAT64, 1, 0, 3);

    assertThat(three.outputs()).containsExactly(two.outputs());
    assertSameBits(three.gradients(), two.gradients());
    assertSameBits(three.buffers().get(1), two.buffers().get(0));
  }

  @Test
  void normsOfParallelBranchesShareTheirRounds() throws Exception {
    // A module's branches have two blocks of two norms; its longest path has one, two or three.
    int stages = 4 + 1 + 2 * (4 + 2) + 4 + 3;
    int stem = 2 + (3 + 1) + 3;
    int transitions = 3;
    // First layers; query and key; up; fuse.
    int head = 1 + 2 + 1 + 1;

    int rounds = run(Type.SYNC_BATCH, false, DataType.FLOAT32, 1, 1).rounds();

    assertThat(rounds).isEqualTo(2 * (stem + transitions + stages + head));
  }

  @ParameterizedTest
  @EnumSource
  void checkpointsChangeNoBit(Type norm) throws Exception {
    Result plain = run(norm, false, DataType.FLOAT32, 2, 1);
    Result checkpointed = run(norm, true, DataType.FLOAT32, 2, 1);

    assertThat(checkpointed.outputs()).containsExactly(plain.outputs());
    assertSameBits(checkpointed.gradients(), plain.gradients());
    for (int rank = 0; rank < 2; rank++) {
      assertSameBits(checkpointed.buffers().get(rank), plain.buffers().get(rank));
    }
    assertThat(checkpointed.rounds()).isEqualTo(plain.rounds());
    assertThat(plain.rounds() > 0).isEqualTo(norm == Type.SYNC_BATCH);
  }

  private static void assertSameBits(Map<String, double[]> actual, Map<String, double[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet()).isNotNull();
    expected.forEach(
        (name, values) -> assertThat(Arrays.equals(actual.get(name), values)).as(name).isTrue());
  }

  private static double relative(Map<String, double[]> actual, Map<String, double[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    return relative(flat(actual, expected), flat(expected, expected));
  }

  private static double[] flat(Map<String, double[]> values, Map<String, double[]> order) {
    return order.keySet().stream()
        .flatMapToDouble(name -> Arrays.stream(values.get(name)))
        .toArray();
  }

  private static double relative(double[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += expected[i] * expected[i];
    }
    return Math.sqrt(difference / norm);
  }
}
