package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Colour jitter: brightness, contrast, saturation and hue, all four in a random order.
 *
 * @param share of crops that are changed; 0 for none
 * @param brightness factors are 1 - brightness to 1 + brightness
 * @param contrast the same, away from and towards the mean grey
 * @param saturation the same, away from and towards each pixel's grey
 * @param hue largest turn, 1 is the whole circle
 */
public record JitterConfig(
    double share, double brightness, double contrast, double saturation, double hue)
    implements Serializable {
  public JitterConfig {
    Check.share("share", share);
    Check.share("brightness", brightness);
    Check.share("contrast", contrast);
    Check.share("saturation", saturation);
    Check.that(hue >= 0 && hue <= 0.5, "hue", hue, "in 0..0.5");
  }
}
