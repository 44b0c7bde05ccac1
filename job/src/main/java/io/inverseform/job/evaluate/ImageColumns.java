package io.inverseform.job.evaluate;

import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.model.Segmenter;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A model archive on pictures in Spark's image schema, as {@code spark.read().format("image")}
 * gives them and DJL's extension for Spark takes them.
 */
public final class ImageColumns {
  private static final List<String> COLUMNS =
      List.of("origin", "height", "width", "nChannels", "mode", "data");

  /** What Spark's reader puts in place of a picture that it could not decode. */
  private static final int UNDEFINED = -1;

  /** OpenCV's type of a sample is in these bits of a mode; 0 is an unsigned byte. */
  private static final int DEPTH = 7;

  private static final DataType SEGMENTATION =
      new StructType()
          .add("classes", DataTypes.createArrayType(DataTypes.StringType, false), false)
          .add(
              "mask",
              DataTypes.createArrayType(
                  DataTypes.createArrayType(DataTypes.IntegerType, false), false),
              false);

  private ImageColumns() {}

  /**
   * Adds a column of {@code struct<classes: array<string>, mask: array<array<int>>>}: the names of
   * the classes by train id, and the train id of every pixel, rows from the top. It is null where
   * Spark could not decode the picture, which its mode -1 says. Spark computes it when the result
   * is used.
   *
   * @param pictures with columns {@code origin}, {@code height}, {@code width}, {@code nChannels}
   *     (1, 3 or 4), {@code mode} and {@code data} (unsigned bytes, BGR); others are passed on
   * @param archive folder of a model archive, on any Hadoop file system
   * @param column name of the new one
   * @throws IOException if there is no such archive, or it is damaged
   * @throws IllegalArgumentException if a column is missing, or the new one there already
   */
  public static Dataset<Row> segment(Dataset<Row> pictures, String archive, String column)
      throws IOException {
    List<String> given = List.of(pictures.columns());
    if (!given.containsAll(COLUMNS)) {
      throw new IllegalArgumentException(
          "pictures have columns %s, not all of %s: select(\"image.*\") of what Spark reads as images"
              .formatted(given, COLUMNS));
    }
    if (given.contains(column)) {
      throw new IllegalArgumentException("pictures have a column '%s' already".formatted(column));
    }
    Configuration hadoop = pictures.sparkSession().sessionState().newHadoopConf();
    ModelArchive opened = ModelArchive.open(archive, hadoop);
    Inference model = Inference.of(opened, 1, hadoop);
    String[] classes = opened.classes().names().toArray(String[]::new);
    StructType schema = pictures.schema().add(column, SEGMENTATION);
    // As a function of columns, Spark may run it on the driver, or once for each field of it.
    return pictures.map(
        (MapFunction<Row, Row>) row -> with(row, segmentation(row, model.segmenter(), classes)),
        Encoders.row(schema));
  }

  private static Row with(Row row, Row segmentation) {
    Object[] values = new Object[row.size() + 1];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    values[row.size()] = segmentation;
    return RowFactory.create(values);
  }

  private static Row segmentation(Row row, Segmenter segmenter, String[] classes) {
    if (row.<Integer>getAs("mode") == UNDEFINED) {
      return null;
    }
    RgbPicture picture = picture(row);
    LabelMap labels = segmenter.segment(picture.rgb(), picture.height(), picture.width());
    return RowFactory.create(classes, labels.rows());
  }

  private static RgbPicture picture(Row row) {
    int height = row.getAs("height");
    int width = row.getAs("width");
    int channels = row.getAs("nChannels");
    int mode = row.getAs("mode");
    byte[] data = row.getAs("data");
    boolean bytes = mode >= 0 && (mode & DEPTH) == 0;
    boolean known = channels == 1 || channels == 3 || channels == 4;
    if (!bytes || !known || (long) height * width * channels != data.length) {
      throw new IllegalArgumentException(
          "picture %s is %dx%d with %d channels, mode %d and %d bytes: 1, 3 or 4 channels of unsigned bytes are understood"
              .formatted(row.getAs("origin"), width, height, channels, mode, data.length));
    }
    byte[] rgb = new byte[3 * height * width];
    for (int pixel = 0; pixel < height * width; pixel++) {
      for (int c = 0; c < 3; c++) {
        // Blue comes first; grey is all three; alpha comes last.
        int at = channels == 1 ? 0 : 2 - c;
        rgb[3 * pixel + c] = data[channels * pixel + at];
      }
    }
    return new RgbPicture(width, height, rgb);
  }
}
