package io.inverseform.job.config;

import java.io.Serializable;

/**
 * Size and number of the generated street scenes.
 *
 * @param width pixels
 * @param height pixels
 * @param train pictures in split {@code train}
 * @param val pictures in split {@code val}
 */
public record SynthesizeConfig(int width, int height, int train, int val) implements Serializable {
  public SynthesizeConfig {
    Check.atLeast(32, "width", width);
    Check.atLeast(32, "height", height);
    Check.atLeast(1, "train", train);
    Check.atLeast(1, "val", val);
  }
}
