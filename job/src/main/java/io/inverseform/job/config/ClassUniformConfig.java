package io.inverseform.job.config;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sampling class by class.
 *
 * @param share of an epoch whose samples are drawn by class, with crops around a centroid; 0 for
 *     none, that is for every sample once an epoch
 * @param bias by class name, how often the class is drawn in comparison with others: 2 for twice as
 *     often, 0 for never; 1 for those that are not named
 */
public record ClassUniformConfig(double share, Map<String, Double> bias) implements Serializable {
  public ClassUniformConfig {
    Check.share("share", share);
    Check.given("bias", bias)
        .forEach((name, factor) -> Check.notNegative("bias." + name, Check.given(name, factor)));
    Check.that(
        share > 0 || bias.isEmpty(), "bias", bias, "empty while 'share' is 0: nothing is drawn");
    bias = new TreeMap<>(bias);
  }
}
