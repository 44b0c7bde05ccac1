package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Rotation around the crop's middle.
 *
 * @param share of crops that are rotated; 0 for none
 * @param degrees largest angle to either side
 */
public record RotationConfig(double share, double degrees) implements Serializable {
  public RotationConfig {
    Check.share("share", share);
    Check.that(degrees > 0 && degrees <= 180, "degrees", degrees, "above 0, at most 180");
  }
}
