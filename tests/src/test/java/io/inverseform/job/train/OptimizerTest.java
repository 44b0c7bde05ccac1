package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.config.OptimizerConfig.AdamW;
import io.inverseform.job.config.OptimizerConfig.Group;
import io.inverseform.job.config.OptimizerConfig.Rule;
import io.inverseform.job.config.OptimizerConfig.Sgd;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {
  /** More than the exchange takes at a time. */
  private static final int LENGTH = 20_032;

  private static final FloatRange WHOLE = new FloatRange(0, LENGTH);
  private static final int STEPS = 4;
  private static final double RATE = 0.01;
  private static final double DECAY = 0.1;

  /** Four parameters, two of them of one dimension, and one that is not trained. */
  private static final List<FlatParameters.Slot> SLOTS =
      List.of(
          new FlatParameters.Slot("backbone.conv.weight", new Shape(64, 128), 0, true),
          new FlatParameters.Slot("backbone.norm.weight", new Shape(64), 8192, true),
          new FlatParameters.Slot("backbone.norm.running_mean", new Shape(64), 0, false),
          new FlatParameters.Slot("head.conv.weight", new Shape(16, 8, 64), 8256, true),
          new FlatParameters.Slot("head.conv.bias", new Shape(3584), 16448, true));

  private static float[] random(String name) {
    return random(name, LENGTH);
  }

  private static float[] random(String name, int length) {
    KeyedRandom random = new KeyedRandom(8, KeyedRandom.hash(name));
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static OptimizerConfig config(Rule rule, boolean decayNorms, Group... groups) {
    return new OptimizerConfig(RATE, rule, DECAY, 0, decayNorms, List.of(groups), 0);
  }

  private static float[] train(OptimizerConfig config) {
    FlatMemory memory = FlatMemory.allocate(LENGTH);
    memory.weights().put(random("weights"));
    Optimizer optimizer =
        new HostOptimizer(memory.weights(), WHOLE, config, ParameterGroups.of(SLOTS, config));
    LocalExchange exchange = new LocalExchange(memory, 1);
    for (int step = 1; step <= STEPS; step++) {
      memory.gradient().put(random("gradient " + step));
      exchange.reduceScatter(WHOLE);
      optimizer.begin(RATE / step);
      exchange.allGather(step, optimizer);
    }
    float[] weights = new float[LENGTH];
    memory.weights().get(weights);
    return weights;
  }

  /** One float in double precision. */
  private interface Formula {
    double train(double weight, double[] gradients, double rateFactor, double decayFactor);
  }

  private static double sgd(double weight, double[] gradients, double rate, double decay) {
    double w = weight;
    double momentum = 0;
    for (int step = 1; step <= STEPS; step++) {
      momentum = 0.8 * momentum + gradients[step - 1] + DECAY * decay * w;
      w -= RATE / step * rate * momentum;
    }
    return w;
  }

  private static double nesterov(double weight, double[] gradients, double rate, double decay) {
    double w = weight;
    double momentum = 0;
    for (int step = 1; step <= STEPS; step++) {
      double d = gradients[step - 1] + DECAY * decay * w;
      momentum = 0.8 * momentum + d;
      w -= RATE / step * rate * (d + 0.8 * momentum);
    }
    return w;
  }

  private static double adamW(double weight, double[] gradients, double rate, double decay) {
    double w = weight;
    double mean = 0;
    double square = 0;
    for (int step = 1; step <= STEPS; step++) {
      double g = gradients[step - 1];
      mean = 0.9 * mean + 0.1 * g;
      square = 0.95 * square + 0.05 * g * g;
      double corrected = mean / (1 - Math.pow(0.9, step));
      double root = Math.sqrt(square / (1 - Math.pow(0.95, step)));
      double alpha = RATE / step * rate;
      w = w - alpha * DECAY * decay * w - alpha * corrected / (root + 1e-3);
    }
    return w;
  }

  private record Case(Rule rule, Formula formula) {}

  static Stream<Case> rules() {
    return Stream.of(
        new Case(new Sgd(0.8, false), OptimizerTest::sgd),
        new Case(new Sgd(0.8, true), OptimizerTest::nesterov),
        new Case(new AdamW(List.of(0.9, 0.95), 1e-3), OptimizerTest::adamW));
  }

  private static float[] expected(Formula formula, double[][] factors) {
    float[] weights = random("weights");
    List<float[]> gradients = new ArrayList<>();
    for (int step = 1; step <= STEPS; step++) {
      gradients.add(random("gradient " + step));
    }
    for (int i = 0; i < LENGTH; i++) {
      int at = i;
      double[] g = gradients.stream().mapToDouble(gradient -> gradient[at]).toArray();
      int slot = i < 8192 ? 0 : i < 8256 ? 1 : i < 16448 ? 2 : 3;
      weights[i] = (float) formula.train(weights[i], g, factors[slot][0], factors[slot][1]);
    }
    return weights;
  }

  @ParameterizedTest
  @MethodSource("rules")
  void stepsAreThoseOfTheFormula(Case rule) {
    float[] expected = expected(rule.formula(), new double[][] {{1, 1}, {1, 1}, {1, 1}, {1, 1}});
    assertThat(Goldens.relativeL2(train(config(rule.rule(), true)), expected)).isLessThan(1e-6);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void everyParameterHasItsFactors(Case rule) {
    float[] weights =
        train(
            config(
                rule.rule(),
                false,
                new Group("head\\.conv\\.bias", 0, 1),
                new Group("head\\..*", 10, 0.5)));
    float[] expected = expected(rule.formula(), new double[][] {{1, 1}, {1, 0}, {10, 0.5}, {0, 0}});
    assertThat(Goldens.relativeL2(weights, expected)).isLessThan(1e-6);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void factorsOfOneChangeNoBit(Case rule) {
    assertThat(train(config(rule.rule(), true, new Group("head.*", 1, 1))))
        .isEqualTo(train(config(rule.rule(), true)));
  }

  @Test
  void aGroupThatHasNoParameterIsRefusedWithNamesThatThereAre() {
    assertThatThrownBy(() -> train(config(new Sgd(0, false), true, new Group("heads\\..*", 10, 1))))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "optimizer.groups[0].parameters is 'heads\\..*', which is the whole name of no trained"
                + " parameter that is left by the groups before it: write a regular expression of"
                + " names such as head.conv.bias");
    assertThatThrownBy(
            () ->
                train(
                    config(
                        new Sgd(0, false),
                        true,
                        new Group(".*", 10, 1),
                        new Group("head.*", 10, 1))))
        .hasMessageStartingWith("optimizer.groups[1].parameters is 'head.*'");
  }

  @Test
  void theAverageIsSoonOfTrainedWeights() {
    assertThat(Optimizer.emaDecay(0.999, 1)).isEqualTo(2.0 / 11);
    assertThat(Optimizer.emaDecay(0.999, 100_000)).isEqualTo(0.999);
    FlatMemory memory = FlatMemory.allocate(LENGTH);
    OptimizerConfig config =
        new OptimizerConfig(RATE, new Sgd(0, false), 0, 0, true, List.of(), 0.5);
    Optimizer optimizer =
        new HostOptimizer(memory.weights(), WHOLE, config, ParameterGroups.none());
    float[] gradient = random("gradient 1");
    double[] ema = new double[LENGTH];
    for (int update = 1; update <= 20; update++) {
      optimizer.begin(RATE);
      for (int i = 0; i < LENGTH; i += 8192) {
        FloatRange part = new FloatRange(i, Math.min(8192, LENGTH - i));
        optimizer.apply(part, gradient, i);
      }
      double kept = Math.min(0.5, (1.0 + update) / (10 + update));
      for (int i = 0; i < LENGTH; i++) {
        ema[i] = kept * ema[i] - (1 - kept) * RATE * update * gradient[i];
      }
    }
    float[] expected = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      expected[i] = (float) ema[i];
    }
    assertThat(Goldens.relativeL2(optimizer.state().vector(ShardState.EMA), expected))
        .isLessThan(1e-6);
  }
}
