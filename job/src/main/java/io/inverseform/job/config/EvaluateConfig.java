package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Scoring of whole pictures.
 *
 * @param split to score
 * @param scale factor on the picture's size before the network; logits are scaled back to the size
 *     of the labels
 */
public record EvaluateConfig(String split, double scale) implements Serializable {
  public EvaluateConfig {
    Check.text("split", split);
    Check.positive("scale", scale);
  }
}
