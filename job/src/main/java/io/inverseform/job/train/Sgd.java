package io.inverseform.job.train;

import io.inverseform.job.config.OptimizerConfig;

/**
 * SGD with momentum and weight decay, after PyTorch's rule: d = g + decay * w, m = momentum * m +
 * d, w = w - rate * m, without dampening; with Nesterov's momentum w = w - rate * (d + momentum *
 * m).
 */
final class Sgd implements UpdateRule {
  static final String MOMENTUM = "momentum";

  private final float[] momentum;
  private final float momentumFactor;
  private final boolean nesterov;

  Sgd(OptimizerConfig.Sgd config, ShardState state) {
    momentum = state.add(MOMENTUM);
    momentumFactor = (float) config.momentum();
    nesterov = config.nesterov();
  }

  @Override
  public void update(Floats floats, double learningRate, double weightDecay) {
    float[] w = floats.weights();
    float[] gradient = floats.gradient();
    float rate = (float) learningRate;
    float decay = (float) weightDecay;
    float scale = floats.scale();
    int g = floats.gradientFirst() - floats.first();
    int m = floats.stateFirst() - floats.first();
    for (int i = floats.first(); i < floats.first() + floats.length(); i++) {
      float d = scale * gradient[g + i] + decay * w[i];
      float velocity = momentumFactor * momentum[m + i] + d;
      momentum[m + i] = velocity;
      w[i] -= rate * (nesterov ? d + momentumFactor * velocity : velocity);
    }
  }
}
