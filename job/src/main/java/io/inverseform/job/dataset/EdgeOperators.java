package io.inverseform.job.dataset;

import io.inverseform.job.config.EdgeConfig;
import io.inverseform.udf.edge.Border;
import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.edge.Laplacian;
import io.inverseform.udf.edge.LaplacianEdges;
import io.inverseform.udf.edge.SobelEdges;

/** The operator that a configuration describes. */
public final class EdgeOperators {
  private EdgeOperators() {}

  /** An operator that makes the boundary ground truth. */
  public static EdgeOperator of(EdgeConfig config) {
    Ignored ignored = Ignored.valueOf(config.ignored().name());
    return switch (config.operator()) {
      case SOBEL -> new SobelEdges(config.threshold(), Border.REPEAT, ignored);
      case LAPLACIAN ->
          new LaplacianEdges(
              Laplacian.valueOf(config.kernel().name()),
              config.threshold(),
              Border.REPEAT,
              ignored);
      case DISTANCE -> new DistanceEdges(config.radius(), ignored);
    };
  }
}
