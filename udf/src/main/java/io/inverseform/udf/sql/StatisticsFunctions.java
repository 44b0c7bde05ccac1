package io.inverseform.udf.sql;

import io.inverseform.udf.edge.BoundaryStatistics;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.Regions;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Functions that count what is in label maps. */
final class StatisticsFunctions {
  private static final DataType INT = DataTypes.IntegerType;
  private static final DataType LONGS = DataTypes.createArrayType(DataTypes.LongType, false);

  private StatisticsFunctions() {}

  static List<SqlFunction> all() {
    return List.of(
        new ScalarEntry(
            Signature.of(
                    "class_histogram",
                    LONGS,
                    "Pixels of each class; ids that are no class are not counted.")
                .takes(Argument.labels("labels"), classes())
                .example("_FUNC_(label_map(array(0, 2, 2, 255), 4), 3)", "[1,0,2]"),
            options -> {
              int classes = classes(options);
              return inputs -> ClassHistogram.count(inputs.map("labels"), classes);
            }),
        new ScalarEntry(
            Signature.of(
                    "class_centroids",
                    DataTypes.createArrayType(
                        SqlValues.structType(
                            "class",
                            INT,
                            "tile_x",
                            INT,
                            "tile_y",
                            INT,
                            "x",
                            DataTypes.FloatType,
                            "y",
                            DataTypes.FloatType),
                        false),
                    "The mean position in pixels of every class that occurs, in every square tile.")
                .takes(
                    Argument.labels("labels"),
                    classes(),
                    Argument.integer("tile", "side of the tiles in pixels, positive"))
                .example(
                    "_FUNC_(" + LabelFunctions.LEFT_RIGHT + ", 2, 4)",
                    "[{\"class\":0,\"tile_x\":0,\"tile_y\":0,\"x\":0.5,\"y\":0.0},"
                        + "{\"class\":1,\"tile_x\":0,\"tile_y\":0,\"x\":2.5,\"y\":0.0}]"),
            options -> {
              int classes = classes(options);
              int tile = options.integer("tile", 1, Integer.MAX_VALUE);
              return inputs -> centroids(inputs.map("labels"), classes, tile);
            }),
        new ScalarEntry(
            Signature.of(
                    "label_regions",
                    DataTypes.createArrayType(
                        SqlValues.structType(
                            "class", INT, "pixels", INT, "left", INT, "top", INT, "right", INT,
                            "bottom", INT),
                        false),
                    "Connected regions of one id, 255 included, by row and column of their first"
                        + " pixel; right and bottom are the column and row behind the last ones.")
                .takes(
                    Argument.labels("labels"),
                    Argument.integer("max_pixels", "only regions of at most so many pixels")
                        .or(Integer.MAX_VALUE))
                .example(
                    "_FUNC_(label_map(array(0, 0, 5, 0, 0, 0), 3), 1)",
                    "[{\"class\":5,\"pixels\":1,\"left\":2,\"top\":0,\"right\":3,\"bottom\":1}]"),
            options -> {
              int most = options.integer("max_pixels", 1, Integer.MAX_VALUE);
              return inputs -> regions(inputs.map("labels"), most);
            }),
        new ScalarEntry(
            Signature.of(
                    "boundary_statistics",
                    SqlValues.structType(
                        "boundary_pixels",
                        LONGS,
                        "contacts",
                        DataTypes.createArrayType(LONGS, false)),
                    "Pixels of each class that have a direct neighbour of another class, and the"
                        + " length of the boundary between any two classes in sides of pixels. Ids"
                        + " that are no class have no boundaries.")
                .takes(Argument.labels("labels"), classes())
                .example(
                    "_FUNC_(" + LabelFunctions.LEFT_RIGHT + ", 2)",
                    "{\"boundary_pixels\":[1,1],\"contacts\":[[0,1],[1,0]]}"),
            options -> {
              int classes = classes(options);
              return inputs ->
                  statistics(new BoundaryStatistics(classes).add(inputs.map("labels")));
            }));
  }

  /** How many classes there are. */
  static Argument classes() {
    return Argument.integer("classes", "number of classes, 1 to 255: ids are 0 to classes - 1");
  }

  static int classes(Values options) {
    return options.integer("classes", 1, LabelMap.IGNORE);
  }

  private static Object[] centroids(LabelMap map, int classes, int tile) {
    return ClassCentroid.of(map, classes, tile).stream()
        .map(c -> SqlValues.struct(c.trainId(), c.tileX(), c.tileY(), c.x(), c.y()))
        .toArray();
  }

  private static Object[] regions(LabelMap map, int mostPixels) {
    return Regions.of(map, mostPixels).stream()
        .map(
            r ->
                SqlValues.struct(r.trainId(), r.pixels(), r.left(), r.top(), r.right(), r.bottom()))
        .toArray();
  }

  private static Object statistics(BoundaryStatistics statistics) {
    int classes = statistics.classes();
    long[] boundaryPixels = new long[classes];
    long[][] contacts = new long[classes][classes];
    for (int c = 0; c < classes; c++) {
      boundaryPixels[c] = statistics.boundaryPixels(c);
      for (int other = 0; other < classes; other++) {
        contacts[c][other] = statistics.contact(c, other);
      }
    }
    return SqlValues.struct(boundaryPixels, contacts);
  }
}
