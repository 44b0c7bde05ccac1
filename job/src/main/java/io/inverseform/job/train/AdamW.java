package io.inverseform.job.train;

import io.inverseform.job.config.OptimizerConfig;

/**
 * AdamW after PyTorch's rule: w = w - rate * decay * w, m = b1 * m + (1 - b1) * g, v = b2 * v + (1
 * - b2) * g^2, w = w - rate / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + epsilon) in update t, from
 * 1. Steps that are left out do not count.
 */
final class AdamW implements UpdateRule {
  private final float[] means;
  private final float[] squares;
  private final ShardState state;
  private final double beta1;
  private final double beta2;
  private final float epsilon;

  AdamW(OptimizerConfig.AdamW config, ShardState state) {
    this.state = state;
    means = state.add("mean");
    squares = state.add("mean_square");
    beta1 = config.betas().get(0);
    beta2 = config.betas().get(1);
    epsilon = (float) config.epsilon();
  }

  @Override
  public void update(Floats floats, double learningRate, double weightDecay) {
    float[] w = floats.weights();
    float[] gradient = floats.gradient();
    float scale = floats.scale();
    float kept = (float) (1 - learningRate * weightDecay);
    float rate = (float) (learningRate / (1 - Math.pow(beta1, state.updates())));
    float root = (float) Math.sqrt(1 - Math.pow(beta2, state.updates()));
    float b1 = (float) beta1;
    float b2 = (float) beta2;
    float new1 = (float) (1 - beta1);
    float new2 = (float) (1 - beta2);
    int g = floats.gradientFirst() - floats.first();
    int m = floats.stateFirst() - floats.first();
    for (int i = floats.first(); i < floats.first() + floats.length(); i++) {
      float d = scale * gradient[g + i];
      float mean = b1 * means[m + i] + new1 * d;
      float square = b2 * squares[m + i] + new2 * d * d;
      means[m + i] = mean;
      squares[m + i] = square;
      w[i] = kept * w[i] - rate * mean / ((float) Math.sqrt(square) / root + epsilon);
    }
  }
}
