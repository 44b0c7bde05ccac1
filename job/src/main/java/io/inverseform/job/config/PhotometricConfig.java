package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Photometric distortion: brightness is shifted, contrast and saturation are multiplied, hue is
 * turned, each by itself in a share of the crops.
 *
 * @param share of crops in which each of the four is applied; 0 for none
 * @param brightness largest shift, of values in 0..1
 * @param contrast factors are 1 - contrast to 1 + contrast
 * @param saturation factors are 1 - saturation to 1 + saturation, in HSV
 * @param hue largest turn, 1 is the whole circle
 */
public record PhotometricConfig(
    double share, double brightness, double contrast, double saturation, double hue)
    implements Serializable {
  public PhotometricConfig {
    Check.share("share", share);
    Check.share("brightness", brightness);
    Check.share("contrast", contrast);
    Check.share("saturation", saturation);
    Check.that(hue >= 0 && hue <= 0.5, "hue", hue, "in 0..0.5");
  }
}
