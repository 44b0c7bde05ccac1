package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.FlatParameters;

/** What a worker without peers does with its gradient: nobody reads it, so it need not last. */
final class Alone {
  private Alone() {}

  /**
   * Its exchange, on the device if it has one of its own.
   *
   * @param firstStep that will end
   */
  static Exchange exchange(FlatParameters parameters, long firstStep) {
    int length = parameters.weights().length();
    if (parameters.onDevice()) {
      parameters.keepGradientOnDevice();
      return LocalExchange.onDevice(length, () -> parameters.gradient().norm(), firstStep);
    }
    return LocalExchange.onHost(
        length,
        () -> FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes()),
        firstStep);
  }

  /** Its optimiser, of all weights, where they are. */
  static Optimizer optimizer(
      NDManager device, FlatParameters parameters, OptimizerConfig config, ParameterGroups groups) {
    return parameters.onDevice()
        ? new DeviceOptimizer(device, parameters, config, groups)
        : new HostOptimizer(
            parameters.weights().host(),
            new FloatRange(0, parameters.weights().length()),
            config,
            groups);
  }

  /** Frees the gradient on the host, when a step has ended. */
  static void endStep(FlatParameters parameters) {
    if (!parameters.onDevice()) {
      parameters.releaseGradient();
    }
  }
}
