package io.inverseform.udf.sql;

import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.BoundaryIou;
import io.inverseform.udf.score.ConfusionMatrix;
import io.inverseform.udf.score.Tolerance;
import io.inverseform.udf.score.TrimapIou;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Functions that score predicted label maps against true ones. */
final class ScoreFunctions {
  private static final DataType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType, true);

  private static final DataType MEAN_AND_IOU =
      SqlValues.structType("mean", DataTypes.DoubleType, "iou", DOUBLES);

  private static final String DISTANCE =
      "pixels, or below 1 a share of the picture's diagonal, rounded up to pixels";

  private static final String TWO_PICTURES =
      " FROM VALUES (array(0, 0, 1, 1), array(0, 1, 1, 1)), (array(0, 255), array(0, 0))"
          + " AS pictures(truth, prediction)";
  private static final String MATRIX = "array(array(2L, 1L), array(0L, 1L))";

  private ScoreFunctions() {}

  static List<SqlFunction> all() {
    return List.of(
        new AggregateEntry<>(
            Signature.of(
                    "confusion_matrix",
                    SqlValues.MATRIX,
                    "Pixels by true class (row) and predicted class (column). Pixels whose true id"
                        + " is no class are not counted; rows with a NULL are skipped.")
                .takes(
                    Argument.labels("truth"),
                    Argument.labels("prediction"),
                    StatisticsFunctions.classes())
                .example(
                    "_FUNC_(label_map(truth, 2), label_map(prediction, 2), 2)" + TWO_PICTURES,
                    "[[2,1],[0,2]]"),
            ConfusionMatrix.class,
            new AggregateEntry.Aggregation<>(
                options -> new ConfusionMatrix(StatisticsFunctions.classes(options)),
                (matrix, inputs) -> matrix.add(inputs.map("truth"), inputs.map("prediction")),
                ConfusionMatrix::merge,
                SqlValues::rows)),
        new ScalarEntry(
            Signature.of(
                    "class_iou",
                    DOUBLES,
                    "Intersection over union of each class, 0 to 1; NULL for a class that is in"
                        + " neither truth nor prediction.")
                .takes(Argument.matrix("matrix"))
                .example("_FUNC_(" + MATRIX + ")", "[0.6666666666666666,0.5]"),
            options -> inputs -> SqlValues.orNull(inputs.matrix("matrix").iou())),
        new ScalarEntry(
            Signature.of(
                    "mean_iou",
                    DataTypes.DoubleType,
                    "Mean intersection over union of the classes that have one; NULL if none has.")
                .takes(Argument.matrix("matrix"))
                .example("_FUNC_(" + MATRIX + ")", "0.5833333333333333"),
            options -> inputs -> SqlValues.orNull(inputs.matrix("matrix").meanIou())),
        new ScalarEntry(
            Signature.of(
                    "pixel_accuracy",
                    DataTypes.DoubleType,
                    "The share of pixels whose class was predicted, 0 to 1; NULL without pixels.")
                .takes(Argument.matrix("matrix"))
                .example("_FUNC_(" + MATRIX + ")", "0.75"),
            options -> inputs -> SqlValues.orNull(inputs.matrix("matrix").accuracy())),
        new AggregateEntry<>(
            Signature.of(
                    "boundary_f",
                    SqlValues.structType(
                        "mean", DataTypes.DoubleType,
                        "published_mean", DataTypes.DoubleType,
                        "f", DOUBLES,
                        "precision", DOUBLES,
                        "recall", DOUBLES),
                    "Boundary F: the mean over all pairs of picture and class with a boundary, the"
                        + " mean in which a class without any counts as 1, and F, precision and"
                        + " recall of each class, NULL without a boundary. Rows with a NULL are"
                        + " skipped.")
                .takes(
                    Argument.labels("truth"),
                    Argument.labels("prediction"),
                    StatisticsFunctions.classes(),
                    Argument.real("tolerance", "how far apart boundaries match: " + DISTANCE))
                .example(
                    "_FUNC_(label_map(truth, 2), label_map(prediction, 2), 2, 0).recall"
                        + TWO_PICTURES,
                    "[0.75,0.5]"),
            BoundaryF.class,
            new AggregateEntry.Aggregation<>(
                options ->
                    new BoundaryF(
                        StatisticsFunctions.classes(options), distance(options, "tolerance")),
                (score, inputs) -> score.add(inputs.map("truth"), inputs.map("prediction")),
                BoundaryF::merge,
                score ->
                    SqlValues.struct(
                        SqlValues.orNull(score.mean()),
                        SqlValues.orNull(score.publishedMean()),
                        SqlValues.orNull(score.f()),
                        SqlValues.orNull(score.precision()),
                        SqlValues.orNull(score.recall())))),
        new AggregateEntry<>(
            Signature.of(
                    "boundary_iou",
                    MEAN_AND_IOU,
                    "Boundary IoU: intersection over union of the inner bands of true and predicted"
                        + " regions, of each class and the mean; NULL for a class without any. Rows"
                        + " with a NULL are skipped.")
                .takes(
                    Argument.labels("truth"),
                    Argument.labels("prediction"),
                    StatisticsFunctions.classes(),
                    Argument.real("width", "of the bands: " + DISTANCE))
                .example(
                    "_FUNC_(label_map(truth, 2), label_map(prediction, 2), 2, 1).iou"
                        + TWO_PICTURES,
                    "[0.6666666666666666,0.6666666666666666]"),
            BoundaryIou.class,
            new AggregateEntry.Aggregation<>(
                options ->
                    new BoundaryIou(
                        StatisticsFunctions.classes(options), distance(options, "width")),
                (score, inputs) -> score.add(inputs.map("truth"), inputs.map("prediction")),
                BoundaryIou::merge,
                score ->
                    SqlValues.struct(
                        SqlValues.orNull(score.mean()), SqlValues.orNull(score.iou())))),
        new AggregateEntry<>(
            Signature.of(
                    "trimap_iou",
                    MEAN_AND_IOU,
                    "Intersection over union of the pixels near true boundaries, of each class and"
                        + " the mean; NULL for a class without any. Rows with a NULL are skipped.")
                .takes(
                    Argument.labels("truth"),
                    Argument.labels("prediction"),
                    StatisticsFunctions.classes(),
                    Argument.real("width", "to either side of a boundary: " + DISTANCE),
                    Argument.choice(
                            "ignored",
                            Ignored.class,
                            "what pixels of no true class do to boundaries near them")
                        .or(Ignored.NO_EDGE))
                .example(
                    "_FUNC_(label_map(truth, 2), label_map(prediction, 2), 2, 1).iou"
                        + TWO_PICTURES,
                    "[0.5,0.6666666666666666]"),
            TrimapIou.class,
            new AggregateEntry.Aggregation<>(
                options ->
                    new TrimapIou(
                        StatisticsFunctions.classes(options),
                        distance(options, "width"),
                        options.choice("ignored", Ignored.class)),
                (score, inputs) -> score.add(inputs.map("truth"), inputs.map("prediction")),
                TrimapIou::merge,
                score ->
                    SqlValues.struct(
                        SqlValues.orNull(score.matrix().meanIou()),
                        SqlValues.orNull(score.matrix().iou())))));
  }

  private static Tolerance distance(Values options, String name) {
    double distance = options.real(name);
    return distance > 0 && distance < 1
        ? Tolerance.ofDiagonal(distance)
        : Tolerance.ofPixels(distance);
  }
}
