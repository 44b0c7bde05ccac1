package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.BoundaryIou;
import io.inverseform.udf.score.ConfusionMatrix;
import io.inverseform.udf.score.Tolerance;
import io.inverseform.udf.score.TrimapIou;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.apache.spark.sql.execution.SparkPlan;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.collection.JavaConverters;

/** Scores of groups of rows are those of Java, whatever the parts that Spark makes. */
class AggregatesTest {
  private static final List<Sample> SAMPLES = Sample.random(2, 20);
  private static final String SCORES =
      "confusion_matrix(labels, prediction, 4), boundary_f(labels, prediction, 4, 2),"
          + " boundary_f(labels, prediction, 4, 0.05), boundary_iou(labels, prediction, 4, 1.5),"
          + " trimap_iou(labels, prediction, 4, 0.1),"
          + " trimap_iou(labels, prediction, 4, 2, 'outside')";

  @BeforeAll
  static void table() {
    Sample.table(SAMPLES).createOrReplaceTempView("pairs");
  }

  @Test
  void overAllRows() {
    Row row = SqlSession.query("SELECT " + SCORES + " FROM pairs").first();
    assertThat(Plain.of(row)).isEqualTo(expected(SAMPLES));
  }

  @Test
  void groupsOfOneAreScoresOfPictures() {
    assertScoresOfPictures(byPicture());
  }

  private static Dataset<Row> byPicture() {
    return SqlSession.query("SELECT id, " + SCORES + " FROM pairs GROUP BY id");
  }

  private static void assertScoresOfPictures(Dataset<Row> pictures) {
    List<Row> rows = pictures.collectAsList();
    assertThat(rows).hasSameSizeAs(SAMPLES);
    for (Row row : rows) {
      List<?> columns = (List<?>) Plain.of(row);
      assertThat(columns.subList(1, columns.size()))
          .isEqualTo(expected(List.of(SAMPLES.get(row.getInt(0)))));
    }
  }

  @Test
  void spilledSumsAreReadBackAndAddedTo() {
    RuntimeConfig conf = SqlSession.session().conf();
    conf.set("spark.sql.objectHashAggregate.sortBased.fallbackThreshold", 1);
    conf.set("spark.sql.adaptive.enabled", false);
    try {
      Dataset<Row> pictures = byPicture();
      assertScoresOfPictures(pictures);
      assertThat(tasksThatSpilled(pictures.queryExecution().executedPlan())).isPositive();
    } finally {
      conf.unset("spark.sql.objectHashAggregate.sortBased.fallbackThreshold");
      conf.unset("spark.sql.adaptive.enabled");
    }
  }

  private static long tasksThatSpilled(SparkPlan plan) {
    long tasks = 0;
    if (plan.metrics().contains("numTasksFallBacked")) {
      tasks += plan.metrics().apply("numTasksFallBacked").value();
    }
    for (SparkPlan child : JavaConverters.seqAsJavaList(plan.children())) {
      tasks += tasksThatSpilled(child);
    }
    return tasks;
  }

  @Test
  void runningSumsOfAWindow() {
    List<Row> rows =
        SqlSession.query(
                "SELECT confusion_matrix(labels, prediction, 4) OVER (ORDER BY id) FROM pairs"
                    + " WHERE id < 5 ORDER BY id")
            .collectAsList();
    ConfusionMatrix sum = new ConfusionMatrix(4);
    for (int i = 0; i < 5; i++) {
      sum.merge(SAMPLES.get(i).matrix());
      assertThat(Plain.of(rows.get(i).get(0))).isEqualTo(rows(sum));
    }
  }

  @Test
  void rowsWithANullAreSkipped() {
    assertThat(
            Plain.of(
                SqlSession.value(
                    "SELECT confusion_matrix(IF(id = 3, NULL, labels), IF(id = 4, NULL,"
                        + " prediction), IF(id = 5, NULL, 4)) FROM pairs WHERE id < 7")))
        .isEqualTo(
            ((List<?>)
                    expected(
                        List.of(SAMPLES.get(0), SAMPLES.get(1), SAMPLES.get(2), SAMPLES.get(6))))
                .get(0));
    for (String score : SCORES.split(", (?=[a-z_]+\\(labels)")) {
      assertThat(SqlSession.value("SELECT " + score + " FROM pairs WHERE id < 0")).isNull();
    }
  }

  @Test
  void filtersAndCubesWork() {
    assertThat(
            Plain.of(
                SqlSession.value(
                    "SELECT confusion_matrix(labels, prediction, 4) FILTER (WHERE id = 7) FROM"
                        + " pairs")))
        .isEqualTo(rows(SAMPLES.get(7).matrix()));
  }

  @Test
  void optionsHoldForTheWholeGroup() {
    assertThatThrownBy(
            () ->
                SqlSession.value(
                    "SELECT confusion_matrix(labels, prediction, 4 + id) FROM pairs WHERE id < 2"))
        .hasStackTraceContaining(
            "confusion_matrix: options must be the same in all rows of a group, are [");
  }

  private static Object expected(List<Sample> samples) {
    ConfusionMatrix matrix = new ConfusionMatrix(4);
    BoundaryF pixels = new BoundaryF(4, Tolerance.ofPixels(2));
    BoundaryF diagonal = new BoundaryF(4, Tolerance.ofDiagonal(0.05));
    BoundaryIou iou = new BoundaryIou(4, Tolerance.ofPixels(1.5));
    TrimapIou trimap = new TrimapIou(4, Tolerance.ofDiagonal(0.1), Ignored.NO_EDGE);
    TrimapIou outside = new TrimapIou(4, Tolerance.ofPixels(2), Ignored.OUTSIDE);
    for (Sample sample : samples) {
      matrix.add(sample.labels(), sample.prediction());
      pixels.add(sample.labels(), sample.prediction());
      diagonal.add(sample.labels(), sample.prediction());
      iou.add(sample.labels(), sample.prediction());
      trimap.add(sample.labels(), sample.prediction());
      outside.add(sample.labels(), sample.prediction());
    }
    return Plain.of(
        Arrays.asList(
            rows(matrix),
            boundaryF(pixels),
            boundaryF(diagonal),
            List.of(iou.mean(), iou.iou()),
            List.of(trimap.matrix().meanIou(), trimap.matrix().iou()),
            List.of(outside.matrix().meanIou(), outside.matrix().iou())));
  }

  private static Object rows(ConfusionMatrix matrix) {
    return Plain.of(Arrays.asList(SqlValues.rows(matrix)));
  }

  private static List<Object> boundaryF(BoundaryF f) {
    return List.of(f.mean(), f.publishedMean(), f.f(), f.precision(), f.recall());
  }
}
