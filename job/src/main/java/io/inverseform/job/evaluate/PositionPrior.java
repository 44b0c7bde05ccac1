package io.inverseform.job.evaluate;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleSchema;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The floor that any network must beat: at every position of a grid over the picture, the class
 * that is most frequent there in split {@code train}, whatever the picture shows.
 */
public final class PositionPrior {
  /** Widest and highest grid: that of pictures no larger than this. */
  private static final int MAX_SIDE = 512;

  private PositionPrior() {}

  private record Grid(int width, int height) implements Serializable {
    static Grid over(LabelMap labels) {
      double scale = Math.min(1, MAX_SIDE / (double) Math.max(labels.width(), labels.height()));
      return new Grid(
          (int) Math.ceil(labels.width() * scale), (int) Math.ceil(labels.height() * scale));
    }

    int cell(LabelMap labels, int x, int y) {
      return (int) ((y + 0.5) * height / labels.height()) * width
          + (int) ((x + 0.5) * width / labels.width());
    }
  }

  /** Scores the prior on the configured split. */
  public static Scores run(SparkSession spark, JobConfig config) throws IOException {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    SampleTable table = SampleTable.open(config.data().table(), hadoop);
    ClassCatalogue catalogue = table.catalogue();
    int classes = catalogue.size();
    String split = config.evaluate().split();
    JavaRDD<byte[]> train =
        table
            .read(spark, "train")
            .select(SampleSchema.LABELS)
            .toJavaRDD()
            .map((Row row) -> row.<byte[]>getAs(0));
    JavaRDD<Row> scored =
        table.read(spark, split).select(SampleSchema.SAMPLE_ID, SampleSchema.LABELS).toJavaRDD();
    Grid grid = Grid.over(LabelPng.decode(train.first()));

    int[] counts =
        train
            .mapPartitions(pngs -> List.of(count(pngs, grid, classes)).iterator())
            .reduce(PositionPrior::add);
    byte[] prior = mostFrequent(counts, classes);
    ScoredPictures pictures =
        scored.aggregate(
            new ScoredPictures(classes, config.evaluate().measures()),
            (sum, row) -> score(sum, row.getString(0), LabelPng.decode(row.getAs(1)), grid, prior),
            ScoredPictures::merge);
    return pictures.scores("per-position prior", split, "no view", catalogue);
  }

  private static int[] count(Iterator<byte[]> pngs, Grid grid, int classes) throws IOException {
    int[] counts = new int[grid.width() * grid.height() * classes];
    while (pngs.hasNext()) {
      LabelMap labels = LabelPng.decode(pngs.next());
      for (int y = 0; y < labels.height(); y++) {
        for (int x = 0; x < labels.width(); x++) {
          int id = labels.id(x, y);
          if (id < classes) {
            counts[grid.cell(labels, x, y) * classes + id]++;
          }
        }
      }
    }
    return counts;
  }

  private static int[] add(int[] sums, int[] others) {
    Arrays.setAll(sums, i -> sums[i] + others[i]);
    return sums;
  }

  private static byte[] mostFrequent(int[] counts, int classes) {
    byte[] prior = new byte[counts.length / classes];
    for (int cell = 0; cell < prior.length; cell++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        if (counts[cell * classes + c] > counts[cell * classes + best]) {
          best = c;
        }
      }
      prior[cell] = (byte) best;
    }
    return prior;
  }

  private static ScoredPictures score(
      ScoredPictures sum, String sampleId, LabelMap truth, Grid grid, byte[] prior) {
    byte[] ids = new byte[truth.width() * truth.height()];
    for (int y = 0; y < truth.height(); y++) {
      for (int x = 0; x < truth.width(); x++) {
        ids[y * truth.width() + x] = prior[grid.cell(truth, x, y)];
      }
    }
    return sum.add(sampleId, truth, new LabelMap(truth.width(), truth.height(), ids));
  }
}
