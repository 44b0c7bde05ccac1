package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.FlatSgd;

/**
 * {@link Sgd} of a worker alone on a device: weights, gradient and momentum stay there, and the
 * host has them only when it asks.
 */
final class DeviceSgd implements Optimizer {
  private final FlatSgd sgd;
  private final OptimizerConfig config;
  private final float[] momentum;
  private double learningRate;
  private double scale = 1;

  /**
   * The optimiser of all weights.
   *
   * @param device owner of the momentum's memory there
   */
  DeviceSgd(NDManager device, FlatParameters parameters, OptimizerConfig config) {
    sgd = new FlatSgd(device, parameters);
    this.config = config;
    momentum = new float[parameters.weights().length()];
  }

  @Override
  public void learningRate(double rate) {
    learningRate = rate;
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
  public float[] momentum() {
    return momentum;
  }

  @Override
  public boolean isOnDevice() {
    return true;
  }

  @Override
  public void toHost() {
    sgd.readMomentum(momentum);
  }

  @Override
  public void toDevice() {
    sgd.writeMomentum(momentum);
  }

  @Override
  public void applyOnDevice() {
    sgd.step(learningRate, config.momentum(), config.weightDecay(), scale);
  }

  @Override
  public void apply(FloatRange range, float[] gradient, int offset) {
    throw new UnsupportedOperationException("the weights are on a device");
  }
}
