package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.BackboneConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.Output;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One training step of the published networks at a quarter of a Cityscapes crop. */
@Tag("cluster")
class FullDepthStepTest {
  private static final int HEIGHT = 256;
  private static final int WIDTH = 512;
  private static final int CLASSES = 19;

  @Test
  void ocrNet18TakesAStep() {
    takesAStep(new BackboneConfig(false, 64, 2, 64, branches(18), 2, List.of(1, 3, 2)), 6_453_772);
  }

  @Test
  void ocrNet48TakesAStep() {
    takesAStep(new BackboneConfig(false, 64, 4, 64, branches(48), 4, List.of(1, 4, 3)), 70_894_472);
  }

  private static List<Integer> branches(int width) {
    return List.of(width, 2 * width, 4 * width, 8 * width);
  }

  private static void takesAStep(BackboneConfig backbone, long parameterCount) {
    Torch.start(1);
    ModelConfig config =
        ModelConfig.ocrNet(
            backbone, 512, 256, 0.05, new NormConfig(NormConfig.Type.BATCH, 0.1, 1e-5, 32));
    try (NDManager manager = Torch.manager(Device.cpu())) {
      SegmentationNetwork network = SegmentationNetwork.of(config, CLASSES);
      FlatParameters parameters = new FlatParameters(manager, network, 1);
      assertThat(parameters.parameterCount()).isEqualTo(parameterCount);
      float[] before = weights(parameters);

      LocalExchange exchange =
          new LocalExchange(
              FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes()), 1);
      FlatParameters.Collector gradients =
          parameters.collect(
              (offset, length) -> exchange.reduceScatter(new FloatRange(offset, length)));
      float loss = forwardAndBackward(manager, network, gradients);
      gradients.finish();
      Optimizer optimizer =
          new HostOptimizer(
              parameters.weights().host(),
              new FloatRange(0, before.length),
              OptimizerConfig.sgd(0.01, 0.9, 0, 0),
              ParameterGroups.none());
      optimizer.begin(0.01);
      exchange.allGather(1, optimizer);

      // As they are drawn, the last layers tell all classes apart equally badly.
      assertThat((double) loss).isBetween(0.5 * Math.log(CLASSES), 4 * Math.log(CLASSES));
      assertThat(parameters.gradientIsFinite()).isTrue();
      float[] after = weights(parameters);
      int moved = 0;
      for (int i = 0; i < after.length; i++) {
        moved += Float.isFinite(after[i]) && after[i] != before[i] ? 1 : 0;
      }
      assertThat(moved).isGreaterThan((int) (0.9 * parameterCount));
    }
  }

  private static float[] weights(FlatParameters parameters) {
    float[] weights = new float[parameters.weights().length()];
    parameters.weights().host().get(weights);
    return weights;
  }

  private static float forwardAndBackward(
      NDManager manager, SegmentationNetwork network, FlatParameters.Collector gradients) {
    TotalLoss loss =
        new TotalLoss(
            new LossConfig(
                SmallNetwork.OUTPUT_WEIGHTS,
                List.of(
                    new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.IMAGE),
                    new LossConfig.BoundaryCrossEntropy(0.3, "bce", Scope.IMAGE),
                    new LossConfig.EdgeAttention(0.1, "attention", 0.4, 1, Scope.IMAGE))),
            SmallNetwork.OUTPUTS,
            CLASSES);
    KeyedRandom random = new KeyedRandom(1);
    float[] images = new float[3 * HEIGHT * WIDTH];
    byte[] labels = new byte[HEIGHT * WIDTH];
    float[] edges = new float[HEIGHT * WIDTH];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) random.nextInt(CLASSES);
      edges[i] = random.nextInt(10) == 0 ? 1 : 0;
    }
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.training(arrays, gradients, new DropoutMasks(1, 0, new int[] {0}))) {
      List<Output> outputs =
          network.outputs(tape, Tensors.of(arrays, images, new Shape(1, 3, HEIGHT, WIDTH)));
      StepLoss result =
          loss.compute(
              outputs,
              Tensors.labels(arrays, labels, new Shape(1, HEIGHT, WIDTH)),
              Tensors.of(arrays, edges, new Shape(1, 1, HEIGHT, WIDTH)),
              1);
      tape.backward(result.total());
      return result.total().getFloat();
    }
  }
}
