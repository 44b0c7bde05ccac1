package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.OptimizerConfig;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SgdTest {
  private static final int LENGTH = 20_001;
  private static final FloatRange WHOLE = new FloatRange(0, LENGTH);
  private static final int STEPS = 5;

  /** Of length 1, 2, 3 and so on. */
  private static float[] gradient(int step) {
    Random random = new Random(step);
    double[] values = random.doubles(LENGTH, -1, 1).toArray();
    double norm = 0;
    for (double value : values) {
      norm += value * value;
    }
    float[] gradient = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      gradient[i] = (float) (values[i] / Math.sqrt(norm) * (step + 1));
    }
    return gradient;
  }

  private static Optimizer optimizer(FlatMemory memory, OptimizerConfig config) {
    Optimizer optimizer =
        new HostOptimizer(memory.weights(), WHOLE, config, ParameterGroups.none());
    optimizer.begin(0.1);
    return optimizer;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 2.5, 100})
  void stepsAreThoseOfTheFormulaInDoublePrecision(double clipNorm) {
    FlatMemory memory = FlatMemory.allocate(LENGTH);
    Optimizer optimizer = optimizer(memory, OptimizerConfig.sgd(1, 0.9, 0.01, clipNorm));
    LocalExchange exchange = new LocalExchange(memory, 0);
    double[] weights = new double[LENGTH];
    double[] momentum = new double[LENGTH];
    for (int step = 0; step < STEPS; step++) {
      float[] gradient = gradient(step);
      memory.gradient().put(gradient);
      exchange.reduceScatter(WHOLE);
      if (optimizer.clips()) {
        optimizer.clip(exchange.gradientNorm(step));
      }
      exchange.allGather(step, optimizer);

      double scale = clipNorm == 0 ? 1 : Math.min(1, clipNorm / (step + 1 + 1e-6));
      for (int i = 0; i < LENGTH; i++) {
        momentum[i] = 0.9 * momentum[i] + scale * gradient[i] + 0.01 * weights[i];
        weights[i] -= 0.1 * momentum[i];
      }
    }
    assertThat(optimizer.clips()).isEqualTo(clipNorm > 0);
    for (int i = 0; i < LENGTH; i++) {
      assertThat((double) memory.weights().get(i)).isCloseTo(weights[i], Offset.offset(1e-8));
    }
  }

  @Test
  void aNormBelowTheLongestChangesNoBit() {
    float[][] ends = new float[2][LENGTH];
    for (int run = 0; run < 2; run++) {
      FlatMemory memory = FlatMemory.allocate(LENGTH);
      Optimizer optimizer = optimizer(memory, OptimizerConfig.sgd(1, 0.9, 0.01, run * 10));
      for (int step = 0; step < STEPS; step++) {
        if (optimizer.clips()) {
          optimizer.clip(step + 1);
        }
        optimizer.apply(WHOLE, gradient(step), 0);
      }
      memory.weights().get(ends[run]);
    }
    assertThat(ends[1]).isEqualTo(ends[0]);
  }

  /** The rule in float32, one float after the other: what resumed runs of any version rely on. */
  @Test
  void stepsAreTheRuleInSinglePrecisionBitByBit() {
    FlatMemory memory = FlatMemory.allocate(LENGTH);
    Optimizer optimizer = optimizer(memory, OptimizerConfig.sgd(1, 0.9, 5e-4, 0));
    float[] weights = new float[LENGTH];
    float[] momentum = new float[LENGTH];
    for (int step = 0; step < STEPS; step++) {
      float[] gradient = gradient(step);
      optimizer.apply(WHOLE, gradient, 0);
      for (int i = 0; i < LENGTH; i++) {
        float d = gradient[i] + 5e-4f * weights[i];
        momentum[i] = 0.9f * momentum[i] + d;
        weights[i] -= 0.1f * momentum[i];
      }
    }
    float[] trained = new float[LENGTH];
    memory.weights().get(trained);
    assertThat(trained).isEqualTo(weights);
    assertThat(optimizer.state().vector(Sgd.MOMENTUM)).isEqualTo(momentum);
  }
}
