package io.inverseform.job.config;

import java.io.Serializable;

/**
 * SGD with momentum, after PyTorch's rule.
 *
 * @param clipNorm longest gradient, over all parameters and workers: a longer one is scaled down to
 *     it; 0 for any length
 */
public record OptimizerConfig(
    double learningRate, double momentum, double weightDecay, double clipNorm)
    implements Serializable {
  public OptimizerConfig {
    Check.positive("learning_rate", learningRate);
    Check.that(momentum >= 0 && momentum < 1, "momentum", momentum, "in 0..1, below 1");
    Check.notNegative("weight_decay", weightDecay);
    Check.notNegative("clip_norm", clipNorm);
  }
}
