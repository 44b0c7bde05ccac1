package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Gaussian blur.
 *
 * @param share of crops that are blurred; 0 for none
 * @param sigmaMin smallest standard deviation, pixels of the crop
 * @param sigmaMax largest standard deviation, pixels of the crop
 */
public record BlurConfig(double share, double sigmaMin, double sigmaMax) implements Serializable {
  public BlurConfig {
    Check.share("share", share);
    Check.positive("sigma_min", sigmaMin);
    Check.that(
        sigmaMax >= sigmaMin && sigmaMax <= 16,
        "sigma_max",
        sigmaMax,
        "in 'sigma_min' = %s to 16".formatted(sigmaMin));
  }
}
