package io.inverseform.job.report;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.Palette;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/** The worst, median and best pictures of a split with what the model makes of them. */
public final class PictureSheet {
  private static final int MAX_SIDE = 480;

  private PictureSheet() {}

  /**
   * Draws the sheet into the run folder as one PNG, and keeps its pictures for the report.
   *
   * @param scores of the model in the run folder on the configured split
   * @return its path
   * @throws DrawingException if no picture has a labelled pixel, or this machine cannot draw text
   * @throws IOException if the sheet cannot be written
   */
  public static Path write(SparkSession spark, JobConfig config, Scores scores) throws IOException {
    List<Ranked> chosen = Ranked.of(scores.pictures());
    if (chosen.isEmpty()) {
      throw new DrawingException(
          "no picture of split " + scores.split() + " has a labelled pixel: nothing to draw");
    }
    List<PredictedSample> samples =
        Evaluation.predict(spark, config, chosen.stream().map(c -> c.score().sampleId()).toList());
    Configuration hadoop = spark.sessionState().newHadoopConf();
    ClassCatalogue catalogue = SampleTable.open(config.data().table(), hadoop).catalogue();
    Palette palette = Palette.of(catalogue);
    Legend legend = Legend.of(catalogue, maps(samples));
    List<SheetRow> rows = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      rows.add(SheetRow.of(chosen.get(i), samples.get(i), palette, MAX_SIDE));
    }
    RunFolder run = new RunFolder(config.run(), hadoop);
    // First, since it needs no font.
    ShownPictures.of(rows, legend).write(run, scores.split());
    Path file = new Path(run.path(), "pictures-" + scores.split() + ".png");
    Png.write(
        run.fileSystem(), file, () -> new SheetPainter(title(run, scores), rows, legend).paint());
    return file;
  }

  private static String title(RunFolder run, Scores scores) {
    return "%s, split %s: %d pictures, mIoU %s, boundary F %s (within %s)"
        .formatted(
            run.path().getName(),
            scores.split(),
            scores.images(),
            Scores.number(scores.meanIou()),
            Scores.number(scores.boundaryF()),
            scores.boundary().tolerance());
  }

  private static List<LabelMap> maps(List<PredictedSample> samples) {
    return samples.stream().flatMap(s -> Stream.of(s.labels(), s.predictedLabels())).toList();
  }
}
