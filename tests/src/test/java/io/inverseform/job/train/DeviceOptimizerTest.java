package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.inverseform.golden.Goldens;
import io.inverseform.job.TestDevice;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.InverseNetworkConfig.Transform;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.config.OptimizerConfig.AdamW;
import io.inverseform.job.config.OptimizerConfig.Group;
import io.inverseform.job.config.OptimizerConfig.Rule;
import io.inverseform.job.config.OptimizerConfig.Sgd;
import io.inverseform.job.config.StepRange;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.watch.StepClock;
import io.inverseform.job.watch.Trace;
import io.inverseform.udf.random.KeyedRandom;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On the CPU, where the device's memory is the host's; float32 in another order of operations. */
class DeviceOptimizerTest {
  private static final int STEPS = 4;
  private static final double EMA = 0.6;
  private static final InverseNetworkConfig NETWORK =
      new InverseNetworkConfig.Convolutional(
          64, List.of(24, 48, 48, 64, 64), 128, Transform.EUCLIDEAN6);

  static {
    Torch.start(1);
  }

  private final NDManager manager = Torch.manager(TestDevice.get());

  @AfterEach
  void close() {
    manager.close();
  }

  /** What a training came to. */
  private record Result(float[] weights, List<float[]> state) {}

  private FlatParameters parameters() {
    return new FlatParameters(manager, InverseTransformNetwork.of(NETWORK), 3);
  }

  /** By the exchange that measures, as a training does. */
  private static Result train(FlatParameters parameters, Optimizer optimizer, Exchange alone) {
    StepClock clock = new StepClock(() -> 0, () -> 0, new Trace(StepRange.NONE, 0, "", null, null));
    Exchange exchange = new TimedExchange(alone, clock);
    FloatRange whole = new FloatRange(0, parameters.weights().length());
    if (optimizer.state().hasEma()) {
      parameters.weights().host().get(optimizer.state().vector(ShardState.EMA));
    }
    optimizer.toDevice();
    for (int step = 1; step <= STEPS; step++) {
      KeyedRandom random = new KeyedRandom(8, step);
      FloatBuffer gradient = parameters.gradient().host();
      while (gradient.hasRemaining()) {
        gradient.put((float) random.nextGaussian());
      }
      parameters.gradient().toDevice();
      clock.begin(step);
      exchange.reduceScatter(whole);
      if (optimizer.clips()) {
        optimizer.clip(exchange.gradientNorm(step));
      }
      optimizer.begin(0.01 / step);
      exchange.allGather(step, optimizer);
      clock.end();
    }
    optimizer.toHost();
    float[] weights = new float[whole.length()];
    parameters.weights().host().get(weights);
    return new Result(weights, optimizer.state().vectors());
  }

  private Result onDevice(OptimizerConfig config) {
    FlatParameters parameters = parameters();
    return train(
        parameters,
        new DeviceOptimizer(
            manager, parameters, config, ParameterGroups.of(parameters.slots(), config)),
        LocalExchange.onDevice(
            parameters.gradient().length(), () -> parameters.gradient().norm(), 1));
  }

  private Result onHost(OptimizerConfig config) {
    FlatParameters parameters = parameters();
    return train(
        parameters,
        new HostOptimizer(
            parameters.weights().host(),
            new FloatRange(0, parameters.weights().length()),
            config,
            ParameterGroups.of(parameters.slots(), config)),
        new LocalExchange(
            FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes()), 1));
  }

  static Stream<OptimizerConfig> configs() {
    List<Rule> rules =
        List.of(new Sgd(0.8, false), new Sgd(0.8, true), new AdamW(List.of(0.9, 0.95), 1e-6));
    List<List<Group>> groups = List.of(List.of(), List.of(new Group(".*bias", 10, 0.5)));
    return rules.stream()
        .flatMap(
            rule ->
                groups.stream()
                    .flatMap(
                        group ->
                            Stream.of(
                                new OptimizerConfig(0.01, rule, 0.1, 0, true, group, 0),
                                new OptimizerConfig(0.01, rule, 0.1, 3, false, group, EMA))));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void theDevicesUpdateIsTheHosts(OptimizerConfig config) {
    Result host = onHost(config);
    Result device = onDevice(config);
    assertThat(Goldens.relativeL2(device.weights(), host.weights())).isLessThan(3e-6);
    assertThat(device.state()).hasSameSizeAs(host.state());
    for (int i = 0; i < host.state().size(); i++) {
      assertThat(Goldens.relativeL2(device.state().get(i), host.state().get(i))).isLessThan(3e-6);
    }
  }

  @Test
  void anUpdateOfTheHostIsRefusedOnADevice() {
    OptimizerConfig config = OptimizerConfig.sgd(0.01, 0.9, 0, 0);
    FlatParameters parameters = parameters();
    Optimizer optimizer =
        new HostOptimizer(
            parameters.weights().host(),
            new FloatRange(0, parameters.weights().length()),
            config,
            ParameterGroups.none());
    Exchange exchange = LocalExchange.onDevice(parameters.weights().length(), () -> 0, 1);
    exchange.reduceScatter(new FloatRange(0, parameters.weights().length()));
    assertThatThrownBy(() -> exchange.allGather(1, optimizer))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("HostOptimizer updates host memory only");
  }
}
