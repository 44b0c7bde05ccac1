package io.inverseform.job.config;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The views of a picture that a network is shown, one after the other. Where there are several, the
 * class probabilities that it gives are averaged, every scale counting the same.
 *
 * @param scales factors on the picture's size
 * @param flip whether every view is shown mirrored as well
 * @param window height and width in pixels of the scaled picture of windows that cover it; empty
 *     for whole pictures
 * @param stride down and across, pixels from window to window, the last ones ending with the
 *     picture; empty for two thirds of the window
 */
public record ViewsConfig(
    List<Double> scales, boolean flip, List<Integer> window, List<Integer> stride)
    implements Serializable {
  private static final double MAX_SCALE = 8;

  /** Whole pictures as they are. */
  public static final ViewsConfig WHOLE = whole(1);

  public ViewsConfig {
    scales =
        Check.list("scales", scales, s -> s > 0 && s <= MAX_SCALE, "above 0, at most " + MAX_SCALE);
    Check.that(
        scales.stream().distinct().count() == scales.size(), "scales", scales, "different ones");
    String range = "a list of height and width, each at least 1, or empty";
    window = pair("window", window, range);
    stride = pair("stride", stride, range);
    boolean fits = true;
    for (int i = 0; i < stride.size(); i++) {
      fits &= !window.isEmpty() && stride.get(i) <= window.get(i);
    }
    Check.that(
        fits, "stride", stride, "at most 'window' = %s, such that windows touch".formatted(window));
  }

  private static List<Integer> pair(String key, List<Integer> values, String range) {
    Check.given(key, values);
    Check.that(
        (values.isEmpty() || values.size() == 2)
            && values.stream().allMatch(v -> v != null && v >= 1),
        key,
        values,
        range);
    return List.copyOf(values);
  }

  /** Whole pictures at one scale. */
  public static ViewsConfig whole(double scale) {
    return new ViewsConfig(List.of(scale), false, List.of(), List.of());
  }

  /** Whether windows slide over the picture. */
  public boolean sliding() {
    return !window.isEmpty();
  }

  /** Pixels from window to window down and across; empty for whole pictures. */
  public List<Integer> steps() {
    return stride.isEmpty() ? window.stream().map(side -> (2 * side + 2) / 3).toList() : stride;
  }

  /** In words, such as "whole pictures at scale 0.5 and 1.0, also mirrored". */
  public String describe() {
    String what =
        sliding()
            ? "windows of %dx%d every %d and %d pixels"
                .formatted(window.get(1), window.get(0), steps().get(1), steps().get(0))
            : "whole pictures";
    return what
        + " at scale "
        + scales.stream().map(String::valueOf).collect(Collectors.joining(" and "))
        + (flip ? ", also mirrored" : "");
  }
}
