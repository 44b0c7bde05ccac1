package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import io.inverseform.job.config.ModelConfig.NormConfig.Type;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallInverseNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.RandomParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Passes of one image each beside one pass of the same images, through a whole network with group
 * norm and every term of the loss. PyTorch and this job compute single images by other operators
 * and in other layouts.
 *
 * <p>The parameters are random ones that are nowhere special. A network as training draws it is
 * hardly comparable in float32: its last layers are so small that the regions of all classes are
 * nearly the same, group norm makes their differences, and what rounding left in them, thousands of
 * times larger, and ReLU's kinks behind it turn that into some hundredths of the gradient.
 */
class SingleImagesTest {
  private static final int IMAGES = 2;
  private static final int TILE = 16;

  /** Of a network and images that rounding takes over no kink and no pixel over the threshold. */
  private static final long SEED = 6;

  private static final LossConfig LOSS =
      new LossConfig(
          SmallNetwork.OUTPUT_WEIGHTS,
          List.of(
              new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.IMAGE),
              new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.IMAGE),
              new LossConfig.EdgeAttention(0.1, "attention", 0.5, 1, Scope.IMAGE),
              new LossConfig.InverseForm(0.3, "inverse")));

  @BeforeEach
  void start() {
    Torch.start(1);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT64, CHANNELS_LAST, 1 1, 1e-12",
    "FLOAT64, CONTIGUOUS, 1 1, 1e-12",
    "FLOAT32, CHANNELS_LAST, 1 1, 1e-5",
    "FLOAT32, CHANNELS_LAST, 2, 1e-5",
    "FLOAT32, CONTIGUOUS, 1 1, 1e-5",
    "FLOAT32, CONTIGUOUS, 2, 1e-5"
  })
  void singleImagesAddUpToTheirBatch(
      DataType type, MemoryFormat format, String parts, double tolerance) {
    Passes whole = new Passes(DataType.FLOAT64, MemoryFormat.CHANNELS_LAST);
    whole.run(0, IMAGES);
    Passes apart = new Passes(type, format);
    int from = 0;
    for (String images : parts.split(" ")) {
      apart.run(from, Integer.parseInt(images));
      from += Integer.parseInt(images);
    }

    assertThat(apart.terms).hasSize(2 * LOSS.terms().size());
    whole.terms.forEach(
        (name, value) -> {
          assertThat(value).as(name).isGreaterThan(1e-3);
          assertThat(apart.terms.get(name) / value - 1).as(name).isBetween(-tolerance, tolerance);
        });
    assertThat(apart.gradients.keySet()).isEqualTo(whole.gradients.keySet());
    assertThat(relative(apart.gradients, whole.gradients)).isLessThan(tolerance);
  }

  /** Passes of a network in one type, and the sums of what they came to. */
  private static final class Passes {
    private final DataType type;
    private final MemoryFormat format;
    private final Map<String, Double> terms = new LinkedHashMap<>();
    private final Map<String, double[]> gradients = new LinkedHashMap<>();

    Passes(DataType type, MemoryFormat format) {
      this.type = type;
      this.format = format;
    }

    void run(int from, int images) {
      ModelConfig config =
          SmallNetwork.config(Type.GROUP)
              .with(new ComputeConfig(Precision.FLOAT32, format), List.of());
      SegmentationNetwork network = SegmentationNetwork.of(config, SmallNetwork.CLASSES);
      InverseTransformNetwork inverse =
          InverseTransformNetwork.of(SmallInverseNetwork.convolutional(TILE));
      Map<String, double[]> own = new LinkedHashMap<>();
      try (NDManager manager = Torch.manager(Device.cpu());
          Tape tape =
              Tape.training(
                  manager, RandomParameters.collector(network, own), SmallNetwork.keepAll())) {
        new RandomParameters(network, SEED).bind(manager, network, type);
        new RandomParameters(inverse, SEED).bind(manager, inverse, type);
        TotalLoss loss = new TotalLoss(LOSS, SmallNetwork.OUTPUTS, SmallNetwork.CLASSES, inverse);
        SmallNetwork.Batch batch = SmallNetwork.Batch.random(manager, SEED, IMAGES);
        String part = from + ":" + (from + images);
        StepLoss result =
            loss.compute(
                network.outputs(tape, batch.images().get(part).toType(type, true)),
                batch.labels().get(part).duplicate(),
                batch.edges().get(part).toType(type, true),
                IMAGES);
        result.terms().forEach((name, term) -> terms.merge(name, value(term), Double::sum));
        tape.backward(result.total());
      }
      own.forEach((name, gradient) -> gradients.merge(name, gradient, SingleImagesTest::sum));
    }
  }

  private static double value(NDArray scalar) {
    return scalar.getDataType() == DataType.FLOAT64 ? scalar.getDouble() : scalar.getFloat();
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  /** Of all gradients' difference, in L2. */
  private static double relative(Map<String, double[]> actual, Map<String, double[]> expected) {
    double difference = 0;
    double norm = 0;
    for (Map.Entry<String, double[]> entry : expected.entrySet()) {
      double[] values = actual.get(entry.getKey());
      for (int i = 0; i < values.length; i++) {
        difference += Math.pow(values[i] - entry.getValue()[i], 2);
        norm += Math.pow(entry.getValue()[i], 2);
      }
    }
    return Math.sqrt(difference / norm);
  }
}
