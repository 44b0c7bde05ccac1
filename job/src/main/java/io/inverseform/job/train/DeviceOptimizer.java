package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.FlatOptimizer;
import io.inverseform.job.torch.FlatParameters;
import java.util.ArrayList;
import java.util.List;

/**
 * The optimiser of a worker alone on a device: weights, gradient and state stay there, and the host
 * has them only when it asks.
 */
final class DeviceOptimizer implements Optimizer {
  private final OptimizerConfig config;
  private final ShardState state;
  private final FlatOptimizer flat;
  private final List<Part> parts = new ArrayList<>();
  private double learningRate;
  private double scale = 1;

  /** Floats of the same factors. */
  private record Part(FlatOptimizer.Part floats, double rateFactor, double decayFactor) {}

  /**
   * The optimiser of all weights.
   *
   * @param device owner of the state's memory there
   */
  DeviceOptimizer(
      NDManager device, FlatParameters parameters, OptimizerConfig config, ParameterGroups groups) {
    this.config = config;
    int length = parameters.weights().length();
    state = ShardState.of(config, length);
    flat = new FlatOptimizer(device, parameters, state.vectors().size());
    groups.forEach(
        new FloatRange(0, length),
        (range, rateFactor, decayFactor) ->
            parts.add(
                new Part(flat.part(range.offset(), range.length()), rateFactor, decayFactor)));
  }

  @Override
  public void begin(double rate) {
    learningRate = rate;
    state.count();
  }

  @Override
  public boolean clips() {
    return config.clipNorm() > 0;
  }

  @Override
  public void clip(double norm) {
    scale = Math.min(1, config.clipNorm() / (norm + 1e-6));
  }

  @Override
  public ShardState state() {
    return state;
  }

  @Override
  public boolean isOnDevice() {
    return true;
  }

  @Override
  public void toHost() {
    for (int i = 0; i < state.vectors().size(); i++) {
      flat.read(i, state.vectors().get(i));
    }
  }

  @Override
  public void toDevice() {
    for (int i = 0; i < state.vectors().size(); i++) {
      flat.write(i, state.vectors().get(i));
    }
  }

  @Override
  public void applyOnDevice() {
    for (Part part : parts) {
      double rate = learningRate * part.rateFactor();
      double decay = config.weightDecay() * part.decayFactor();
      if (config.rule() instanceof OptimizerConfig.AdamW rule) {
        double beta1 = rule.betas().get(0);
        double beta2 = rule.betas().get(1);
        part.floats()
            .adamW(
                rate / (1 - Math.pow(beta1, state.updates())),
                beta1,
                beta2,
                rule.epsilon(),
                1 - rate * decay,
                Math.sqrt(1 - Math.pow(beta2, state.updates())),
                scale);
      } else {
        OptimizerConfig.Sgd rule = (OptimizerConfig.Sgd) config.rule();
        part.floats().sgd(rate, rule.momentum(), rule.nesterov(), decay, scale);
      }
    }
    if (state.hasEma()) {
      double share = 1 - Optimizer.emaDecay(config.emaDecay(), state.updates());
      flat.average(state.vectors().size() - 1, share);
    }
  }

  @Override
  public void apply(FloatRange range, float[] gradient, int offset) {
    throw new UnsupportedOperationException("the weights are on a device");
  }
}
