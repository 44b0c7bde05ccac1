package io.inverseform.job.bench;

import io.inverseform.udf.edge.Border;
import io.inverseform.udf.edge.BoundaryStatistics;
import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.edge.Laplacian;
import io.inverseform.udf.edge.LaplacianEdges;
import io.inverseform.udf.edge.SignedDistance;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.edge.ValueSobelEdges;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.Regions;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.Tolerance;
import java.io.IOException;
import java.util.Locale;

/** What is measured, each with the parameters it has most often. Public for JMH's own classes. */
public enum EdgeOperation {
  /** Sobel edges of all classes. */
  SOBEL(input -> new SobelEdges(1).edges(input.map())),
  /** Sobel edges of class numbers. */
  SOBEL_VALUES(input -> new ValueSobelEdges(1, Border.REPEAT, Ignored.DROPPED).edges(input.map())),
  /** Laplacian edges by four neighbours. */
  LAPLACIAN_CROSS(input -> laplacian(Laplacian.CROSS, input)),
  /** Laplacian edges by eight neighbours. */
  LAPLACIAN_DIAGONAL(input -> laplacian(Laplacian.DIAGONAL, input)),
  /** Edges within one pixel of another class. */
  DISTANCE_1(input -> distance(1).edges(input.map())),
  /** Edges within two pixels of another class. */
  DISTANCE_2(input -> distance(2).edges(input.map())),
  /** Edges within three pixels of another class. */
  DISTANCE_3(input -> distance(3).edges(input.map())),
  /** The edges of the most frequent class. */
  DISTANCE_2_OF_CLASS(input -> distance(2).classEdges(input.map(), input.trainId())),
  /** The signed distance map of the most frequent class. */
  SIGNED_DISTANCE(input -> SignedDistance.of(input.map(), input.trainId())),
  /** Class centroids in tiles of 1024 pixels. */
  CENTROIDS(input -> ClassCentroid.of(input.map(), EdgeInput.CLASSES, 1024)),
  /** Pixels per class. */
  HISTOGRAM(input -> ClassHistogram.count(input.map(), EdgeInput.CLASSES)),
  /** Connected regions. */
  REGIONS(input -> Regions.of(input.map())),
  /** Boundary pixels per class, and contacts of classes. */
  BOUNDARY_STATISTICS(input -> new BoundaryStatistics(EdgeInput.CLASSES).add(input.map())),
  /** Boundary F of all classes within three pixels. */
  BOUNDARY_F(EdgeOperation::boundaryF),
  /** A label map from its PNG file. */
  DECODE_LABEL_PNG(input -> LabelPng.decode(input.png())),
  /** A label map to a PNG file. */
  ENCODE_LABEL_PNG(input -> LabelPng.encode(input.map())),
  /** An edge map to a PNG file. */
  ENCODE_EDGE_PNG(input -> LabelPng.encodeBits(input.edges()));

  private interface Call {
    Object on(EdgeInput input) throws IOException;
  }

  private final Call call;

  EdgeOperation(Call call) {
    this.call = call;
  }

  /** The operation's result, so that it cannot be optimised away. */
  Object on(EdgeInput input) throws IOException {
    return call.on(input);
  }

  private static Object laplacian(Laplacian kernel, EdgeInput input) {
    return new LaplacianEdges(kernel, 1, Border.REPEAT, Ignored.DROPPED).edges(input.map());
  }

  private static DistanceEdges distance(double radius) {
    return new DistanceEdges(radius, Ignored.DROPPED);
  }

  private static Object boundaryF(EdgeInput input) {
    BoundaryF score = new BoundaryF(EdgeInput.CLASSES, Tolerance.ofPixels(3));
    score.add(input.map(), input.prediction());
    return score;
  }

  /** Its name on the command line and in results. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
