package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Scoring of whole pictures.
 *
 * @param split to score
 * @param scale factor on the picture's size before the network; logits are scaled back to the size
 *     of the labels
 * @param boundaryTolerance pixels of the labels within which a predicted boundary counts as right
 */
public record EvaluateConfig(String split, double scale, int boundaryTolerance)
    implements Serializable {
  public EvaluateConfig {
    Check.text("split", split);
    Check.positive("scale", scale);
    Check.atLeast(0, "boundary_tolerance", boundaryTolerance);
  }
}
