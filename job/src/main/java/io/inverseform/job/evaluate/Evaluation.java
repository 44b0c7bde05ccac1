package io.inverseform.job.evaluate;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleSchema;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.progress.ProgressLine;
import io.inverseform.job.progress.TaskProgress;
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
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** A run's model on a split of the sample table, a share of the pictures on every slot. */
public final class Evaluation {
  /** Tasks a slot: pictures differ in size, slots in speed. */
  private static final int TASKS_A_SLOT = 4;

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
    inference = Inference.of(config, catalogue.names(), run, hadoop);
  }

  /**
   * Scores the model of the run folder and writes the scores there.
   *
   * @throws IOException if there is no model, it was trained on other classes, or the split has no
   *     samples or none with labels
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
    Dataset<Row> samples = table.read(spark, split);
    long count = samples.count();
    if (count == 0) {
      throw new IOException(table.folder() + " has no sample in split " + split);
    }
    ScoredPictures scored = score(samples, count);
    if (scored.labelled() == 0) {
      throw new IOException(
          "none of the %d pictures of split %s in %s has a labelled pixel, so there is nothing to score: where labels are withheld, export the model and run predict --label-ids"
              .formatted(count, split, table.folder()));
    }
    Scores scores =
        scored.scores(
            run.model().toString(), split, config.evaluate().views().describe(), catalogue);
    run.write(run.scores(split), scores.json());
    return scores;
  }

  private ScoredPictures score(Dataset<Row> samples, long count) {
    LongAccumulator done = spark.sparkContext().longAccumulator("evaluate pictures");
    int tasks = TASKS_A_SLOT * spark.sparkContext().defaultParallelism();
    JavaRDD<Row> pictures =
        GpuTasks.of(
            samples
                .select(SampleSchema.SAMPLE_ID, SampleSchema.IMAGE, SampleSchema.LABELS)
                .repartition((int) Math.min(count, tasks))
                .toJavaRDD());
    Inference model = inference;
    ScoredPictures none = new ScoredPictures(catalogue.size(), config.evaluate().measures());
    try (ProgressLine line = new ProgressLine("evaluate", "images", count);
        TaskProgress progress = new TaskProgress(spark.sparkContext(), done, line)) {
      progress.start();
      return pictures
          .mapPartitions(rows -> List.of(score(rows, model, none.empty(), done)).iterator())
          .reduce(ScoredPictures::merge);
    }
  }

  private static ScoredPictures score(
      Iterator<Row> rows, Inference model, ScoredPictures scored, LongAccumulator done)
      throws IOException {
    Segmenter segmenter = model.segmenter();
    while (rows.hasNext()) {
      Row row = rows.next();
      String sampleId = row.getString(0);
      RgbPicture picture = picture(row);
      try {
        scored.add(
            sampleId,
            LabelPng.decode(row.getAs(2)),
            segmenter.segment(picture.rgb(), picture.height(), picture.width()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("sample " + sampleId + ": " + e.getMessage(), e);
      }
      done.add(1);
    }
    return scored;
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
