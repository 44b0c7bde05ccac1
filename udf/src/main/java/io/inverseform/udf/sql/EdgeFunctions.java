package io.inverseform.udf.sql;

import io.inverseform.udf.edge.Border;
import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.edge.ImageEdges;
import io.inverseform.udf.edge.Laplacian;
import io.inverseform.udf.edge.LaplacianEdges;
import io.inverseform.udf.edge.SignedDistance;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.picture.RgbPicture;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;

/** Functions that find the edges of label maps and pictures, and distances to them. */
final class EdgeFunctions {
  private static final Argument IGNORED =
      Argument.choice("ignored", Ignored.class, "what pixels of id 255 do to the edges near them")
          .or(Ignored.DROPPED);
  private static final Argument CLASS =
      Argument.integer("class", "only the edges of this class against everything else").optional();

  private static final LabelMap ONE_PIXEL = new LabelMap(1, 1, new byte[1]);

  private EdgeFunctions() {}

  static List<SqlFunction> all() {
    return List.of(
        new ScalarEntry(
            Signature.of(
                    "sobel_edges",
                    DataTypes.BinaryType,
                    "Edges between the regions of a label map, 1-bit grey PNG: where the Sobel"
                        + " gradient of any class's map of 0 and 1 reaches the threshold.")
                .takes(
                    Argument.labels("labels"),
                    Argument.real(
                            "threshold", "gradient magnitude above 0, at most 4.47; up to 1: any")
                        .or(1.0),
                    IGNORED,
                    CLASS)
                .example("label_ids(_FUNC_(" + LabelFunctions.LEFT_RIGHT + "))", "[0,1,1,0]")
                .example(
                    "label_ids(_FUNC_(label_map(array(0, 0, 0, 1, 1, 2, 2), 7), class => 2))",
                    "[0,0,0,0,1,1,0]")
                .example(
                    "label_ids(_FUNC_(label_map(array(0, 0, 255, 255), 4), ignored => 'class'))",
                    "[0,1,1,0]"),
            options ->
                edges(
                    new SobelEdges(options.real("threshold"), Border.REPEAT, ignored(options)),
                    options)),
        new ScalarEntry(
            Signature.of(
                    "laplacian_edges",
                    DataTypes.BinaryType,
                    "Edges between the regions of a label map, 1-bit grey PNG: where the Laplacian"
                        + " of any class's map of 0 and 1 reaches the threshold.")
                .takes(
                    Argument.labels("labels"),
                    Argument.choice("kernel", Laplacian.class, "neighbours that count")
                        .or(Laplacian.CROSS),
                    Argument.real(
                            "threshold",
                            "absolute response above 0, at most 4 (cross) or 8 (diagonal)")
                        .or(1.0),
                    IGNORED,
                    CLASS)
                .example("label_ids(_FUNC_(" + LabelFunctions.LEFT_RIGHT + "))", "[0,1,1,0]"),
            options ->
                edges(
                    new LaplacianEdges(
                        options.choice("kernel", Laplacian.class),
                        options.real("threshold"),
                        Border.REPEAT,
                        ignored(options)),
                    options)),
        new ScalarEntry(
            Signature.of(
                    "distance_edges",
                    DataTypes.BinaryType,
                    "Edges between the regions of a label map, 1-bit grey PNG: pixels with another"
                        + " class within the radius.")
                .takes(
                    Argument.labels("labels"),
                    Argument.real("radius", "pixels between centres, 1 to 32000"),
                    IGNORED,
                    CLASS)
                .example(
                    "label_ids(_FUNC_(label_map(array(0, 0, 0, 1, 1, 1), 6), 2))", "[0,1,1,1,1,0]"),
            options -> edges(new DistanceEdges(options.real("radius"), ignored(options)), options)),
        new ScalarEntry(
            Signature.of(
                    "image_edges",
                    DataTypes.BinaryType,
                    "Edges of a picture, 1-bit grey PNG: where the Sobel gradient of its luma"
                        + " reaches the threshold, which Otsu's method chooses if it is left out.")
                .takes(
                    Argument.picture("image"),
                    Argument.real("threshold", "gradient magnitude above 0, at most 1140")
                        .optional())
                .example(
                    "label_ids(_FUNC_(label_map(array(10, 10, 90, 90), 4), 300))", "[0,1,1,0]"),
            options -> {
              ImageEdges edges =
                  options.has("threshold")
                      ? ImageEdges.above(options.real("threshold"))
                      : ImageEdges.otsu();
              return inputs -> LabelPng.encodeBits(edges(edges, inputs.picture("image")));
            }),
        new ScalarEntry(
            Signature.of(
                    "signed_distance",
                    DataTypes.createArrayType(DataTypes.FloatType, false),
                    "Distance in pixels of each pixel to the other side of a class's boundary, row"
                        + " by row from the top: below 0 inside the class, 0 where the id is 255,"
                        + " infinite where there is no other side.")
                .takes(Argument.labels("labels"), Argument.integer("class", "0 to 254"))
                .example("_FUNC_(" + LabelFunctions.LEFT_RIGHT + ", 1)", "[2.0,1.0,-1.0,-2.0]"),
            options -> {
              int trainId = options.integer("class", 0, LabelMap.IGNORE - 1);
              return inputs -> SignedDistance.of(inputs.map("labels"), trainId);
            }),
        new ScalarEntry(
            Signature.of(
                    "edge_share",
                    DataTypes.DoubleType,
                    "The share of pixels that are edges, 0 to 1.")
                .takes(Argument.edges("edges"))
                .example("_FUNC_(sobel_edges(" + LabelFunctions.LEFT_RIGHT + "))", "0.5"),
            options -> inputs -> share(inputs.map("edges"))));
  }

  private static Ignored ignored(Values options) {
    return options.choice("ignored", Ignored.class);
  }

  private static ScalarEntry.Computation edges(EdgeOperator operator, Values options) {
    if (!options.has("class")) {
      return inputs -> LabelPng.encodeBits(operator.edges(inputs.map("labels")));
    }
    int trainId = options.integer("class");
    // Which ids can be a class is the operator's to say, and it says so at any map.
    operator.classEdges(ONE_PIXEL, trainId);
    return inputs -> LabelPng.encodeBits(operator.classEdges(inputs.map("labels"), trainId));
  }

  private static LabelMap edges(ImageEdges edges, RgbPicture picture) {
    return edges.edges(picture.width(), picture.height(), picture.rgb());
  }

  private static double share(LabelMap edges) {
    long count = 0;
    for (byte edge : edges.ids()) {
      count += edge;
    }
    return (double) count / edges.ids().length;
  }
}
