package io.inverseform.udf.sql;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LocalSpark;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** How functions look from a session: their names, headers, types and descriptions. */
class RegistrationTest {
  @Test
  void sessionsDoNotShareFunctions() {
    SparkSession other = LocalSpark.session().newSession();
    assertThat(other.catalog().functionExists("sobel_edges")).isFalse();
    InverseFormFunctions.register(other);
    InverseFormFunctions.register(other);
    assertThat(InverseFormFunctions.names())
        .hasSizeGreaterThan(30)
        .doesNotHaveDuplicates()
        .allMatch(name -> other.catalog().functionExists(name));
  }

  @Test
  void headersReadAsTheCall() {
    assertThat(
            SqlSession.query(
                    "SELECT sobel_edges(labels), try_sobel_edges(labels, 2, 'class'),"
                        + " sobel_edges(labels, class => 3), label_size(labels).width,"
                        + " confusion_matrix(labels, labels, 4) OVER ()"
                        + " FROM VALUES (X'00') AS t(labels)")
                .columns())
        .containsExactly(
            "sobel_edges(labels)",
            "try_sobel_edges(labels, 2, class)",
            "sobel_edges(labels, 1.0, dropped, 3)",
            "label_size(labels).width",
            "confusion_matrix(labels, labels, 4) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND"
                + " UNBOUNDED FOLLOWING)");
  }

  @Test
  void columnsOfJavaAndPythonCallThemByName() {
    Dataset<Row> table = SqlSession.query("SELECT label_map(array(0, 0, 1, 1), 4) AS labels");
    assertThat(
            table
                .select(call_function("edge_share", call_function("sobel_edges", col("labels"))))
                .first()
                .getDouble(0))
        .isEqualTo(0.5);
    assertThat(table.select(expr("label_ids(sobel_edges(labels, class => 1))")).columns())
        .containsExactly("label_ids(sobel_edges(labels, 1.0, dropped, 1))");
  }

  @Test
  void numbersOfAnyTypeAreCoerced() {
    String query =
        "SELECT sobel_edges(m, 1) = sobel_edges(m, 1.0) AND sobel_edges(m, 1D) = sobel_edges(m, 1L)"
            + " AND sobel_edges(m, '1') = sobel_edges(m) FROM"
            + " (SELECT label_map(array(0, 1S, 2Y), 3) AS m)";
    assertThat(SqlSession.value(query)).isEqualTo(true);
    SqlSession.session().conf().set("spark.sql.ansi.enabled", "true");
    try {
      assertThat(SqlSession.value(query)).isEqualTo(true);
    } finally {
      SqlSession.session().conf().unset("spark.sql.ansi.enabled");
    }
  }

  @Test
  void resultsHaveTheDeclaredTypes() {
    assertThat(
            SqlSession.query("SELECT sobel_edges(X'00'), class_iou(array(array(1L)))")
                .schema()
                .fields())
        .extracting(field -> field.dataType())
        .containsExactly(
            DataTypes.BinaryType, DataTypes.createArrayType(DataTypes.DoubleType, true));
  }

  @Test
  void descriptions() {
    assertThat(described("laplacian_edges"))
        .isEqualTo(
            """
            Function: laplacian_edges
            Class: io.inverseform.udf.sql.InverseFormFunctions
            Usage: laplacian_edges(labels [, kernel [, threshold [, ignored [, class]]]]) - Edges \
            between the regions of a label map, 1-bit grey PNG: where the Laplacian of any class's \
            map of 0 and 1 reaches the threshold.
            Extended Usage:
                Arguments:
                  * labels - binary: label map, PNG whose grey samples or palette indices are ids
                  * kernel - string, 'cross' if left out: neighbours that count, one of 'cross', \
            'diagonal'
                  * threshold - double, 1.0 if left out: absolute response above 0, at most 4 \
            (cross) or 8 (diagonal)
                  * ignored - string, 'dropped' if left out: what pixels of id 255 do to the edges \
            near them, one of 'class', 'outside', 'no_edge', 'dropped'
                  * class - int, may be left out: only the edges of this class against everything \
            else
             \s
                Examples:
                  > SELECT label_ids(laplacian_edges(label_map(array(0, 0, 1, 1), 4)));
                   [0,1,1,0]
             \s
                Since: 0.1.0
            """);
    assertThat(described("try_sobel_edges"))
        .contains("As sobel_edges, but NULL where an image cannot be decoded.");
  }

  private static String described(String function) {
    List<String> lines = SqlSession.printed("DESCRIBE FUNCTION EXTENDED " + function);
    return lines.stream().collect(Collectors.joining("\n"));
  }
}
