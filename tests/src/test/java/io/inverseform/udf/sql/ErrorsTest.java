package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import io.inverseform.udf.label.LabelPng;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is wrong with a call or with an image is said where it is found. */
class ErrorsTest {
  private static final byte[] LABELS = LabelPng.encode(Sample.random(5, 1).get(0).labels());
  private static final byte[] JPEG =
      Pictures.jpeg(Pictures.random(1, 40, 30, BufferedImage.TYPE_3BYTE_BGR), false);

  @BeforeAll
  static void tables() {
    List<Row> rows = new ArrayList<>();
    for (int length = 0; length < LABELS.length; length += 7) {
      byte[] jpeg = Arrays.copyOf(JPEG, JPEG.length * length / LABELS.length);
      rows.add(RowFactory.create(Arrays.copyOf(LABELS, length), jpeg));
    }
    StructType schema =
        new StructType().add("labels", DataTypes.BinaryType).add("image", DataTypes.BinaryType);
    SqlSession.session().createDataFrame(rows, schema).createOrReplaceTempView("truncated");
    SqlSession.session()
        .createDataFrame(List.of(RowFactory.create(LABELS, JPEG)), schema)
        .createOrReplaceTempView("whole");
  }

  @Test
  void undecodableImages() {
    assertFails(
        "sobel_edges(X'00') FROM whole",
        "sobel_edges: argument labels cannot be decoded: not a PNG file: no PNG signature;"
            + " try_sobel_edges gives NULL instead");
    assertFails(
        "class_histogram(labels, 4) FROM truncated WHERE length(labels) > 8",
        "class_histogram: argument labels cannot be decoded: PNG is truncated:");
    assertFails(
        "image_edges(max(image)) FROM truncated",
        "image_edges: argument image cannot be decoded: JPEG is truncated:");
    assertFails(
        "edge_share(labels) FROM whole",
        "edge_share: argument edges cannot be decoded: edge PNG must be 1-bit GREY, is 8-bit GREY;"
            + " try_edge_share gives NULL instead");
    assertFails(
        "sobel_edges(image) FROM whole",
        "sobel_edges: argument labels cannot be decoded: not a PNG file: no PNG signature;");
    assertFails(
        "confusion_matrix(labels, image, 4) FROM whole",
        "confusion_matrix: argument prediction cannot be decoded: not a PNG file: no PNG"
            + " signature; WHERE try_label_size(prediction) IS NOT NULL leaves such rows out");
  }

  @Test
  void tryTakesDamagedImagesForNull() {
    long rows = SqlSession.query("SELECT * FROM truncated").count();
    assertThat(rows).isGreaterThan(5);
    assertThat(
            SqlSession.value(
                "SELECT count_if(try_sobel_edges(labels) IS NULL AND try_label_size(labels) IS NULL"
                    + " AND try_image_edges(image) IS NULL) FROM truncated"))
        .isEqualTo(rows);
    assertThat(SqlSession.value("SELECT try_label_size(labels) IS NOT NULL FROM whole"))
        .isEqualTo(true);
  }

  @Test
  void tryHidesNothingElse() {
    assertFails(
        "try_sobel_edges(labels, length(labels)) FROM whole",
        "try_sobel_edges: Sobel threshold must be above 0 and at most");
    assertFails(
        "try_overlay_edges(image, sobel_edges(labels)) FROM whole", "try_overlay_edges: edges are");
    assertFails(
        "try_map_ids(labels, map(77, 1)) FROM whole",
        "is not in the mapping: add it, or give 'unlisted'");
    assertFails(
        "cityscapes_train_ids(label_map(array(1, 77), 2)) FROM whole",
        "cityscapes_train_ids: label id 77 at (1, 0) belongs to no class and is not ignored");
  }

  @Test
  void wrongNumbersOfArguments() {
    assertRefused(
        "sobel_edges()",
        "sobel_edges takes 1 to 4 arguments, 'labels' is missing:"
            + " sobel_edges(labels binary [, threshold double [, ignored string [, class int]]])");
    assertRefused(
        "label_size(labels, 1)",
        "label_size takes 1 argument, 2 are given: label_size(labels binary)");
    assertRefused("distance_edges(labels)", "distance_edges takes 2 to 4 arguments, 'radius' is");
    assertRefused(
        "confusion_matrix(labels, labels)",
        "confusion_matrix takes 3 arguments, 'classes' is missing");
  }

  @Test
  void wrongNames() {
    assertRefused("sobel_edges(labels, treshold => 1)", "none of them is called 'treshold'");
    assertRefused("sobel_edges(labels, labels => X'00')", "'labels' is given twice");
    assertRefused("sobel_edges(threshold => 1)", "'labels' is missing");
    assertThatThrownBy(() -> select("sobel_edges(threshold => 1, labels)"))
        .isInstanceOf(AnalysisException.class);
  }

  @Test
  void wrongTypes() {
    assertRefused(
        "sobel_edges(5)",
        "Cannot resolve \"sobel_edges(5)\" due to data type mismatch: Parameter 1 requires the"
            + " \"BINARY\" type");
    assertRefused(
        "try_sobel_edges(labels, array(1))",
        "Cannot resolve \"try_sobel_edges(labels, array(1))\" due to data type mismatch: Parameter"
            + " 2 requires the \"DOUBLE\" type");
    assertRefused(
        "confusion_matrix(labels, labels, map())",
        "\"confusion_matrix(labels, labels, map())\" due to data type mismatch: Parameter 3"
            + " requires the \"INT\" type");
    assertRefused("mean_iou(array(1))", "Parameter 1 requires the \"ARRAY<ARRAY<BIGINT>>\" type");
  }

  @Test
  void wrongOptionsAreFoundBeforeAnythingRuns() {
    assertRefused(
        "sobel_edges(labels, 1.0, 'classs')",
        "sobel_edges: ignored must be one of 'class', 'outside', 'no_edge', 'dropped', is"
            + " 'classs'");
    assertRefused(
        "laplacian_edges(labels, 'round')",
        "laplacian_edges: kernel must be one of 'cross', 'diagonal', is 'round'");
    assertRefused("sobel_edges(labels, 0)", "sobel_edges: Sobel threshold must be above 0");
    assertRefused(
        "sobel_edges(labels, class => 255)",
        "sobel_edges: train id of a class must be 0 to 254, is 255");
    assertRefused("distance_edges(labels, 0.5)", "distance_edges: radius must be 1 to 32000");
    assertRefused("class_histogram(labels, 256)", "classes must be 1 to 255, is 256");
    assertRefused("class_centroids(labels, 4, 0)", "tile must be 1 to 2147483647, is 0");
    assertRefused("map_ids(labels, map(256, 1))", "an id in the mapping must be 0 to 255, is 256");
    assertRefused("map_ids(labels, map(7, -1))", "what id 7 becomes must be 0 to 255, is -1");
    assertRefused("colour_labels(labels, array(1, -1))", "colour of train id 1 must be 0xRRGGBB");
    assertRefused("signed_distance(labels, 255)", "signed_distance: class must be 0 to 254");
    assertRefused(
        "boundary_f(labels, labels, 4, -1)",
        "boundary_f: tolerance must be 0 to 32000 pixels, is -1");
    assertRefused("boundary_iou(labels, labels, 4, 0)", "boundary_iou: a band along boundaries");
  }

  @Test
  void wrongOptionsInAColumn() {
    assertFails(
        "sobel_edges(labels, 1, concat('cl', length(labels))) FROM whole",
        "sobel_edges: ignored must be one of 'class', 'outside', 'no_edge', 'dropped', is 'cl");
  }

  @Test
  void wrongValues() {
    assertFails("label_map(array(1, 2, 3), 2) FROM whole", "multiple of width 2, is 3");
    assertFails("label_map(array(1, 300), 2) FROM whole", "id at position 1 must be 0 to 255");
    assertFails("label_map(array(1, NULL), 2) FROM whole", "array has a NULL at position 1");
    assertFails("mean_iou(array(array(1L, 2L))) FROM whole", "mean_iou: matrix must be square");
    assertFails(
        "confusion_matrix(labels, label_map(array(0), 1), 4) FROM whole",
        "confusion_matrix: prediction is LabelMap[1x1], the truth");
  }

  private static void assertRefused(String call, String message) {
    assertThatThrownBy(() -> select(call))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining(message);
  }

  private static void select(String call) {
    SqlSession.query("SELECT " + call + " FROM whole");
  }

  private static void assertFails(String selected, String message) {
    assertThatThrownBy(() -> SqlSession.printed("SELECT " + selected))
        .hasStackTraceContaining(message);
  }
}
