package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PictureScore;
import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.SmallRun;
import io.inverseform.job.train.Training;
import io.inverseform.udf.score.BoundaryF;
import io.inverseform.udf.score.Tolerance;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short training and what it leaves to look at. */
class EvaluatedRunTest {
  private static SparkSession spark;
  private static JobConfig config;
  private static Scores scores;

  @BeforeAll
  static void train(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    SmallRun small = new SmallRun(folder);
    small.prepare(spark);
    config = small.config("run", "train.max_steps=2");
    Training.run(spark, config, new Segmentation.Factory(), false);
    scores = Evaluation.run(spark, config);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void everyPictureHasScoresOfItsOwn() throws Exception {
    assertThat(scores.pictures())
        .hasSize(3)
        .isSortedAccordingTo((a, b) -> a.sampleId().compareTo(b.sampleId()));
    List<String> ids = scores.pictures().stream().map(PictureScore::sampleId).toList();
    BoundaryF whole = new BoundaryF(scores.classes().size(), Tolerance.ofPixels(3));
    for (PredictedSample sample : Evaluation.predict(spark, config, ids)) {
      whole.add(sample.labels(), sample.predictedLabels());
    }
    assertThat(scores.boundary()).usingRecursiveComparison().isEqualTo(whole);
  }

  @Test
  void scoresNameTheBoundaryFAndItsTolerance() throws Exception {
    JsonNode json = new ObjectMapper().readTree(scores.json());
    assertThat(json.at("/boundary_f").asDouble()).isEqualTo(scores.boundaryF());
    assertThat(json.at("/boundary_tolerance").asInt()).isEqualTo(3);
    assertThat(json.at("/boundary_f_by_class/road").asDouble()).isEqualTo(scores.boundary().f()[0]);
    // No generated scene has a train.
    assertThat(json.at("/iou/train").isNull()).isTrue();
    assertThat(scores.toString())
        .contains("F (3 px)", "boundary F %.3f at 3 px".formatted(scores.boundaryF()));
  }

  @Test
  void samplesComeBackInTheOrderAskedForAndUnknownOnesAreRefused() throws Exception {
    List<String> ids =
        List.of(scores.pictures().get(2).sampleId(), scores.pictures().get(0).sampleId());
    assertThat(Evaluation.predict(spark, config, ids))
        .extracting(PredictedSample::sampleId)
        .isEqualTo(ids);
    assertThatThrownBy(() -> Evaluation.predict(spark, config, List.of("none")))
        .hasMessageEndingWith("has no sample none in split val");
  }

  @Test
  void theSheetAndTheCurvesLieInTheRunFolder() throws Exception {
    org.apache.hadoop.fs.Path sheet = PictureSheet.write(spark, config, scores);
    assertThat(sheet.toString()).endsWith("/run/pictures-val.png");
    BufferedImage image = ImageIO.read(Path.of(sheet.toUri()).toFile());
    // Three rows of pictures of 128 x 64, enlarged three times.
    assertThat(image.getWidth()).isGreaterThan(5 * 384);
    assertThat(image.getHeight()).isGreaterThan(3 * 192);

    RunFolder run = new RunFolder(config.run(), new Configuration());
    assertThat(LossCurves.write(run).toString()).endsWith("/run/curves.png");
  }
}
