package io.inverseform.job.config;

import java.io.Serializable;
import java.util.List;

/**
 * What a trained network's weights do not say, and inference with it needs.
 *
 * @param mean per RGB channel, of values in 0..1
 * @param std per RGB channel, of values in 0..1
 * @param views of a picture that the network is shown
 */
public record InferenceConfig(
    ModelConfig model, List<Double> mean, List<Double> std, ViewsConfig views)
    implements Serializable {
  public InferenceConfig {
    Check.given("model", model);
    mean = Check.list("mean", mean, 3, v -> v >= 0 && v <= 1, "in 0..1");
    std = Check.list("std", std, 3, v -> v > 0 && v <= 1, "above 0, at most 1");
    Check.given("views", views);
  }

  /** The network of a run as it was trained, with all its heads. */
  public static InferenceConfig of(JobConfig config) {
    return new InferenceConfig(
        config.model(), config.augment().mean(), config.augment().std(), config.evaluate().views());
  }

  /** The same without the heads that only training needs. */
  public InferenceConfig withoutTrainingHeads() {
    return new InferenceConfig(model.forInference(), mean, std, views);
  }
}
