package io.inverseform.job.train;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.config.OptimizerConfig;
import java.nio.FloatBuffer;

/**
 * SGD with momentum and weight decay on the host, after PyTorch's rule: d = g + decay * w, m =
 * momentum * m + d, w = w - rate * m, without dampening; with clipping g is scaled before. Holds
 * the momentum of its shard only.
 */
final class Sgd implements Optimizer {
  private final FloatBuffer weights;
  private final FloatRange shard;
  private final float[] momentum;
  private final float momentumFactor;
  private final float weightDecay;
  private final double clipNorm;
  private float learningRate;
  private float scale = 1;
  private float[] chunk = new float[0];

  /**
   * The optimiser of a shard.
   *
   * @param weights the worker's flat weights
   */
  Sgd(FloatBuffer weights, FloatRange shard, OptimizerConfig config) {
    this.weights = weights;
    this.shard = shard;
    momentum = new float[shard.length()];
    momentumFactor = (float) config.momentum();
    weightDecay = (float) config.weightDecay();
    clipNorm = config.clipNorm();
  }

  @Override
  public void learningRate(double rate) {
    learningRate = (float) rate;
  }

  @Override
  public boolean clips() {
    return clipNorm > 0;
  }

  @Override
  public void clip(double norm) {
    scale = (float) Math.min(1, clipNorm / (norm + 1e-6));
  }

  @Override
  public float[] momentum() {
    return momentum;
  }

  @Override
  public void apply(FloatRange range, float[] gradient, int offset) {
    if (chunk.length < range.length()) {
      chunk = new float[range.length()];
    }
    float[] w = chunk;
    weights.get(range.offset(), w, 0, range.length());
    int m = range.offset() - shard.offset();
    for (int i = 0; i < range.length(); i++) {
      float d = scale * gradient[offset + i] + weightDecay * w[i];
      float velocity = momentumFactor * momentum[m + i] + d;
      momentum[m + i] = velocity;
      w[i] -= learningRate * velocity;
    }
    weights.put(range.offset(), w, 0, range.length());
  }
}
