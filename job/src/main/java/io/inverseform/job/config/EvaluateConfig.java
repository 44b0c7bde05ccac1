package io.inverseform.job.config;

import io.inverseform.udf.score.Measures;
import io.inverseform.udf.score.Tolerance;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;

/**
 * Scoring of whole pictures, after training and inside of it. Distances are pixels of the labels,
 * or below 1 a share of their diagonal.
 *
 * @param split to score; inside of a training it is {@code val}
 * @param views of a picture that the network is shown
 * @param boundaryF distances within which a predicted boundary counts as right; the first is that
 *     of summaries and of single pictures
 * @param boundaryIou width of the bands that boundary IoU compares
 * @param trimap widths of the bands along true boundaries that class IoU is restricted to; none for
 *     no such score
 */
public record EvaluateConfig(
    String split,
    ViewsConfig views,
    List<Double> boundaryF,
    double boundaryIou,
    List<Double> trimap)
    implements Serializable {
  private static final String RANGE = "above 0, at most " + Tolerance.MAX_PIXELS;

  public EvaluateConfig {
    Check.text("split", split);
    Check.given("views", views);
    boundaryF = Check.list("boundary_f", boundaryF, EvaluateConfig::isDistance, RANGE);
    different("boundary_f", boundaryF);
    Check.that(isDistance(boundaryIou), "boundary_iou", boundaryIou, RANGE);
    if (!Check.given("trimap", trimap).isEmpty()) {
      trimap = Check.list("trimap", trimap, EvaluateConfig::isDistance, RANGE);
    }
    trimap = List.copyOf(trimap);
    different("trimap", trimap);
  }

  /** How boundaries are measured. */
  public Measures measures() {
    return Measures.of(boundaryF, boundaryIou, trimap);
  }

  private static boolean isDistance(double distance) {
    return distance > 0 && distance <= Tolerance.MAX_PIXELS;
  }

  private static void different(String key, List<Double> distances) {
    Check.that(
        new HashSet<>(distances).size() == distances.size(), key, distances, "different ones");
  }
}
