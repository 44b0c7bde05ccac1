package io.inverseform.job.config;

import java.io.Serializable;

/** SGD with momentum, after PyTorch's rule. */
public record OptimizerConfig(double learningRate, double momentum, double weightDecay)
    implements Serializable {
  public OptimizerConfig {
    Check.positive("learning_rate", learningRate);
    Check.that(momentum >= 0 && momentum < 1, "momentum", momentum, "in 0..1, below 1");
    Check.notNegative("weight_decay", weightDecay);
  }
}
