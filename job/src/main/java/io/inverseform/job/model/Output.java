package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What a network says of a batch, once.
 *
 * @param name main, auxiliary, or with attention over scales such as scale_0.5
 * @param logits (N, classes, h, w)
 * @param boundary boundary logits (N, 1, h, w), or null
 * @param attention with attention over scales, how much a pixel takes from this scale, 0..1 (N, 1,
 *     h, w); else null
 */
public record Output(String name, NDArray logits, NDArray boundary, NDArray attention) {
  /** Without attention. */
  public Output(String name, NDArray logits, NDArray boundary) {
    this(name, logits, boundary, null);
  }

  /**
   * The output of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Output of(List<Output> outputs, String name) {
    return outputs.stream()
        .filter(output -> output.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the network gives "
                        + outputs.stream().map(Output::name).toList()
                        + ", not "
                        + name));
  }
}
