package io.inverseform.udf.score;

import java.io.Serializable;
import java.util.List;

/**
 * How predicted boundaries are measured.
 *
 * @param boundaryF distances within which boundaries match, at least one
 * @param boundaryIou width of the bands of boundary IoU
 * @param trimap widths of bands to which class IoU is restricted
 */
public record Measures(List<Tolerance> boundaryF, Tolerance boundaryIou, List<Tolerance> trimap)
    implements Serializable {
  /** Keeps the lists as they are now. */
  public Measures {
    boundaryF = List.copyOf(boundaryF);
    trimap = List.copyOf(trimap);
    if (boundaryF.isEmpty()) {
      throw new IllegalArgumentException("boundary F needs at least one tolerance");
    }
  }

  /**
   * Measures by numbers: pixels from 1 on, below 1 a share of the picture's diagonal.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public static Measures of(List<Double> boundaryF, double boundaryIou, List<Double> trimap) {
    return new Measures(
        boundaryF.stream().map(Tolerance::of).toList(),
        Tolerance.of(boundaryIou),
        trimap.stream().map(Tolerance::of).toList());
  }
}
