package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.config.LossConfig.Scope;
import io.inverseform.job.config.LossTerms;
import io.inverseform.job.config.LossTerms.Classes;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig;
import io.inverseform.job.config.ModelConfig.ComputeConfig.MemoryFormat;
import io.inverseform.job.config.ModelConfig.ComputeConfig.Precision;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryEstimateTest {
  private static final ModelConfig CONFIG = SmallNetwork.config(NormConfig.Type.BATCH);

  private static MemoryEstimate estimate(ModelConfig config, int batch, int side) {
    return estimate(config, SmallNetwork.loss(1, 0.3, 0.1), batch, side);
  }

  private static MemoryEstimate estimate(ModelConfig config, LossConfig loss, int batch, int side) {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      SegmentationNetwork network = SegmentationNetwork.of(config, SmallNetwork.CLASSES);
      FlatParameters parameters = new FlatParameters(manager, network, 1);
      float[] before = new float[parameters.buffers().length()];
      parameters.buffers().host().get(before);
      TotalLoss total = new TotalLoss(loss, config.outputs(), SmallNetwork.CLASSES);
      MemoryEstimate estimate =
          MemoryEstimate.of(manager, network, parameters, total, batch, side, side);
      float[] after = new float[before.length];
      parameters.buffers().host().get(after);
      assertThat(after).as("running statistics").containsExactly(before);
      assertThat(estimate.gradients()).isGreaterThanOrEqualTo(4 * parameters.parameterCount());
      return estimate;
    }
  }

  @Test
  void activationsGrowWithThePixels() {
    double one = estimate(CONFIG, 1, 64).activations();
    assertThat(estimate(CONFIG, 3, 64).activations() / one).isCloseTo(3, within(0.01));
    assertThat(estimate(CONFIG, 1, 128).activations() / one).isCloseTo(4, within(0.01));
  }

  @Test
  void recomputedStagesAndBfloat16TakeLess() {
    ComputeConfig wide = CONFIG.compute();
    ComputeConfig narrow = new ComputeConfig(Precision.BFLOAT16, MemoryFormat.CHANNELS_LAST);
    long all = estimate(CONFIG, 1, 64).activations();
    long recomputed = estimate(CONFIG.with(wide, List.of(2, 3, 4)), 1, 64).activations();
    long halved = estimate(CONFIG.with(narrow, List.of()), 1, 64).activations();
    assertThat(recomputed).isLessThan(all);
    assertThat(halved).isLessThan(all).isGreaterThan(all / 2);
  }

  @Test
  void whatTheTermsHoldIsCounted() {
    LossConfig.Term ce = new LossConfig.ClassWeightedCrossEntropy(1, "ce", 1, Scope.IMAGE);
    LossConfig.Term dice = new LossTerms.Dice(1, "dice", 2, 1, Classes.ALL, Scope.IMAGE);
    LossConfig.Term rmi =
        new LossTerms.RegionMutualInformation(1, "rmi", 3, 4, 0.5, 0.5, Scope.IMAGE);
    Map<String, Double> main = Map.of("main", 1.0);
    long pixels = 64 * 64;
    long alone = estimate(CONFIG, new LossConfig(main, List.of(ce)), 1, 64).activations();
    long both = estimate(CONFIG, new LossConfig(main, List.of(ce, dice)), 1, 64).activations();
    long all = estimate(CONFIG, new LossConfig(main, List.of(ce, dice, rmi)), 1, 64).activations();
    // Softmax and gradient of every class at the least.
    long maps = 2L * SmallNetwork.CLASSES * Float.BYTES * pixels;
    assertThat(both - alone).isGreaterThan(maps);
    assertThat(all - both).isGreaterThan(maps);
    // A second output has logits of its own.
    Map<String, Double> two = Map.of("main", 1.0, "auxiliary", 0.4);
    long twice = estimate(CONFIG, new LossConfig(two, List.of(ce)), 1, 64).activations();
    assertThat(twice - alone).isGreaterThan(maps);
  }
}
