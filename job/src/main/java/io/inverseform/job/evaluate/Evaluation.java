package io.inverseform.job.evaluate;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleSchema;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.train.GpuTasks;
import io.inverseform.job.train.RunFolder;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A run's model on a split of the sample table, a share of the pictures on every slot. */
public final class Evaluation {
  private final SparkSession spark;
  private final JobConfig config;
  private final RunFolder run;
  private final SampleTable table;
  private final ClassCatalogue catalogue;
  private final Inference inference;

  private Evaluation(SparkSession spark, JobConfig config) throws IOException {
    this.spark = spark;
    this.config = config;
    Configuration hadoop = spark.sessionState().newHadoopConf();
    run = new RunFolder(config.run(), hadoop);
    table = SampleTable.open(config.data().table(), hadoop);
    catalogue = table.catalogue();
    inference = Inference.of(config, catalogue.size(), run, hadoop);
  }

  /**
   * Scores the model of the run folder and writes the scores there.
   *
   * @throws IOException if there is no model, or the split has no samples
   */
  public static Scores run(SparkSession spark, JobConfig config) throws IOException {
    return new Evaluation(spark, config).score();
  }

  /**
   * Some samples of the configured split beside what the model says of them, in the order asked
   * for.
   *
   * @throws IOException if there is no model, or no such sample
   */
  public static List<PredictedSample> predict(
      SparkSession spark, JobConfig config, List<String> sampleIds) throws IOException {
    return new Evaluation(spark, config).predict(sampleIds);
  }

  private Scores score() throws IOException {
    String split = config.evaluate().split();
    if (table.read(spark, split).isEmpty()) {
      throw new IOException(table.folder() + " has no sample in split " + split);
    }
    JavaRDD<Row> pictures =
        GpuTasks.of(
            table
                .read(spark, split)
                .select(SampleSchema.SAMPLE_ID, SampleSchema.IMAGE, SampleSchema.LABELS)
                .repartition(spark.sparkContext().defaultParallelism())
                .toJavaRDD());
    Inference model = inference;
    int classes = catalogue.size();
    int tolerance = config.evaluate().boundaryTolerance();
    Scores scores =
        pictures
            .mapPartitions(
                rows -> List.of(score(rows, model, new Tally(classes, tolerance))).iterator())
            .reduce(Tally::merge)
            .scores(run.model().toString(), split, catalogue);
    run.write(run.scores(split), scores.json());
    return scores;
  }

  private static Tally score(Iterator<Row> rows, Inference model, Tally tally) throws IOException {
    Segmenter segmenter = model.segmenter();
    while (rows.hasNext()) {
      Row row = rows.next();
      RgbPicture picture = picture(row);
      tally.add(
          row.getString(0),
          LabelPng.decode(row.getAs(2)),
          segmenter.segment(picture.rgb(), picture.height(), picture.width()));
    }
    return tally;
  }

  private static RgbPicture picture(Row row) throws IOException {
    try {
      return RgbPicture.decode(row.getAs(1));
    } catch (IOException e) {
      throw new IOException(
          "the picture of sample " + row.getString(0) + " cannot be decoded: " + e.getMessage(), e);
    }
  }

  private List<PredictedSample> predict(List<String> sampleIds) throws IOException {
    Column id = new Column(SampleSchema.SAMPLE_ID);
    Inference model = inference;
    Map<String, PredictedSample> byId =
        GpuTasks.of(
                table
                    .read(spark, config.evaluate().split())
                    .filter(id.isin(sampleIds.toArray()))
                    .select(
                        SampleSchema.SAMPLE_ID,
                        SampleSchema.IMAGE,
                        SampleSchema.LABELS,
                        SampleSchema.EDGES)
                    .toJavaRDD())
            .map(row -> predict(row, model))
            .collect()
            .stream()
            .collect(Collectors.toMap(PredictedSample::sampleId, Function.identity()));
    for (String wanted : sampleIds) {
      if (!byId.containsKey(wanted)) {
        throw new IOException(
            "%s has no sample %s in split %s"
                .formatted(table.folder(), wanted, config.evaluate().split()));
      }
    }
    return sampleIds.stream().map(byId::get).toList();
  }

  private static PredictedSample predict(Row row, Inference model) throws IOException {
    RgbPicture picture = picture(row);
    Segmenter.Prediction prediction =
        model.segmenter().predict(picture.rgb(), picture.height(), picture.width());
    byte[] edges = new byte[picture.height() * picture.width()];
    for (int i = 0; i < prediction.boundary().length; i++) {
      edges[i] = (byte) Math.round(255 * prediction.boundary()[i]);
    }
    return new PredictedSample(
        row.getString(0),
        row.getAs(1),
        LabelPng.decode(row.getAs(2)),
        LabelPng.decodeBits(row.getAs(3)),
        prediction.labels(),
        new LabelMap(picture.width(), picture.height(), edges));
  }
}
