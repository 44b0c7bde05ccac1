package io.inverseform.job.evaluate;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.RgbPicture;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.train.RunFolder;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.score.ConfusionMatrix;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Scores a run's model on a split of the sample table, a share of the pictures on every slot. */
public final class Evaluation {
  private Evaluation() {}

  /**
   * Scores the model of the run folder and writes the scores there.
   *
   * @throws IOException if there is no model, or the split has no samples
   */
  public static Scores run(SparkSession spark, JobConfig config) throws IOException {
    Configuration hadoop = spark.sessionState().newHadoopConf();
    RunFolder run = new RunFolder(config.run(), hadoop);
    SampleTable table = SampleTable.open(config.data().table(), hadoop);
    ClassCatalogue catalogue = table.catalogue();
    String split = config.evaluate().split();
    LoadedModel.Key key = LoadedModel.Key.of(config, catalogue.size(), run.model(), hadoop);
    SerializableConfiguration settings = new SerializableConfiguration(hadoop);
    double scale = config.evaluate().scale();

    long images = table.read(spark, split).count();
    if (images == 0) {
      throw new IOException(table.folder() + " has no sample in split " + split);
    }
    JavaRDD<Row> pictures =
        table
            .read(spark, split)
            .select(SampleTable.IMAGE, SampleTable.LABELS)
            .repartition(spark.sparkContext().defaultParallelism())
            .toJavaRDD();
    ConfusionMatrix matrix =
        pictures
            .mapPartitions(rows -> List.of(score(rows, key, settings, scale)).iterator())
            .reduce(ConfusionMatrix::merge);
    Scores scores = new Scores(run.model().toString(), split, images, catalogue.names(), matrix);
    run.write(run.scores(split), scores.json());
    return scores;
  }

  private static ConfusionMatrix score(
      Iterator<Row> rows, LoadedModel.Key key, SerializableConfiguration hadoop, double scale)
      throws IOException {
    ResourceInformation gpus = TaskContext.get().resourcesJMap().get("gpu");
    List<String> addresses = gpus == null ? List.of() : List.of(gpus.addresses());
    Segmenter segmenter = LoadedModel.get(key, hadoop.value(), addresses).segmenter(scale);
    ConfusionMatrix matrix = new ConfusionMatrix(key.classes());
    while (rows.hasNext()) {
      Row row = rows.next();
      RgbPicture picture = RgbPicture.decode(row.getAs(0));
      matrix.add(
          LabelPng.decode(row.getAs(1)),
          segmenter.segment(picture.rgb(), picture.height(), picture.width()));
    }
    return matrix;
  }
}
