package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.FlatUpdates;
import java.util.Arrays;

/**
 * The optimiser of a worker alone on a device: weights, gradient and state stay there, and the host
 * has them only when it asks.
 */
final class DeviceOptimizer extends Optimizer {
  private final FlatParameters parameters;
  private final FlatUpdates updates;

  /**
   * The optimiser of all weights.
   *
   * @param device owner of the state's memory there
   */
  DeviceOptimizer(
      NDManager device, FlatParameters parameters, OptimizerConfig config, ParameterGroups groups) {
    super(config, parameters.weights().length());
    this.parameters = parameters;
    updates = new FlatUpdates(device, parameters, state().layout().vectors());
    int length = parameters.weights().length();
    float[] rates = new float[length];
    float[] decays = new float[length];
    boolean[] differ = {false};
    groups.forEach(
        new FloatRange(0, length),
        (part, rateFactor, decayFactor) -> {
          Arrays.fill(rates, part.offset(), part.end(), (float) rateFactor);
          Arrays.fill(decays, part.offset(), part.end(), (float) decayFactor);
          differ[0] |= rateFactor != 1 || decayFactor != 1;
        });
    if (differ[0]) {
      updates.factors(rates, decays);
    }
  }

  @Override
  public void applyOnDevice() {
    if (config().rule() instanceof OptimizerConfig.AdamW adamW) {
      updates.adamW(
          AdamW.MEAN,
          AdamW.SQUARE,
          learningRate(),
          adamW.betas().get(0),
          adamW.betas().get(1),
          adamW.epsilon(),
          config().weightDecay(),
          scale(),
          state().updates());
    } else {
      OptimizerConfig.Sgd sgd = (OptimizerConfig.Sgd) config().rule();
      updates.sgd(
          Sgd.MOMENTUM,
          learningRate(),
          sgd.momentum(),
          sgd.nesterov(),
          config().weightDecay(),
          scale());
    }
    if (state().hasEma()) {
      updates.average(ShardState.EMA, averageShare());
    }
  }

  @Override
  public void apply(FloatRange range, float[] gradient, int offset) {
    throw new UnsupportedOperationException("the weights are on a device");
  }

  @Override
  boolean isOnDevice() {
    return true;
  }

  @Override
  void toHost() {
    parameters.weights().toHost();
    state().layout().vectors().forEach(name -> updates.vector(name).read(state().vector(name)));
  }

  @Override
  void toDevice() {
    state().layout().vectors().forEach(name -> updates.vector(name).write(state().vector(name)));
  }
}
