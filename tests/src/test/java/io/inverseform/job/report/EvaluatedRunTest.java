package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.archive.SmallArchive;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PictureScore;
import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.train.RunFolder;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.SmallRun;
import io.inverseform.job.train.Training;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.score.Tally;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
  private static SmallRun small;
  private static JobConfig config;
  private static Scores scores;
  private static String json;

  @BeforeAll
  static void train(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
    config = small.config("run", "train.max_steps=2");
    Training.run(spark, config, new Segmentation.Factory(), false);
    scores = Evaluation.run(spark, config);
    json = Files.readString(Path.of(config.run(), "scores-val.json"));
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
    Tally whole = new Tally(scores.classes().size(), config.evaluate().measures());
    for (PredictedSample sample : Evaluation.predict(spark, config, ids)) {
      whole.add(sample.labels(), sample.predictedLabels());
    }
    assertThat(scores)
        .isEqualTo(
            Scores.of(
                scores.predictor(),
                "val",
                "whole pictures at scale 1.0",
                ClassCatalogue.cityscapes(),
                whole,
                scores.pictures()));
  }

  @Test
  void theRunFolderKeepsTheScoresAsJson() throws Exception {
    assertThat(Scores.read(json, "the run")).isEqualTo(scores);
    JsonNode tree = new ObjectMapper().readTree(json);
    assertThat(tree.at("/boundaries/0/mean").asDouble()).isEqualTo(scores.boundaryF());
    assertThat(tree.at("/boundaries/0/tolerance/amount").asInt()).isEqualTo(3);
    assertThat(tree.at("/classes/0/name").asText()).isEqualTo("road");
    // No generated scene has a train.
    assertThat(tree.at("/classes/16/iou").isNull()).isTrue();
    assertThat(scores.toString())
        .contains("F (3 px)", "boundary F %.3f at 3 px".formatted(scores.boundaryF()));
  }

  @Test
  void windowsOverTwoScalesAreScoredAndThoseThatAreTooLargeAreNamed() throws Exception {
    Scores both =
        Evaluation.run(
            spark, small.config("run", "evaluate.views={window: [48, 64], scales: [0.75, 1.0]}"));
    assertThat(both.views())
        .isEqualTo("windows of 64x48 every 43 and 32 pixels at scale 0.75 and 1.0");
    assertThat(both.confusion().stream().flatMap(List::stream).mapToLong(n -> n).sum())
        .isEqualTo(scores.confusion().stream().flatMap(List::stream).mapToLong(n -> n).sum());
    JobConfig large = small.config("run", "evaluate.views.window=[48, 129]");
    assertThatThrownBy(() -> Evaluation.run(spark, large))
        .hasStackTraceContaining("sample ")
        .hasStackTraceContaining(
            ": a window of 129x48 is larger than the picture, 128x64 at scale 1.0: ");
  }

  @Test
  void aModelOfOtherClassesIsRefused(@TempDir Path folder) throws Exception {
    SmallArchive.writeWeights(
        folder.resolve("other/model.safetensors"),
        config.model(),
        19,
        Map.of(Segmentation.CLASSES, "[road, sky]"));
    JobConfig other = small.config("run", "run=" + folder.resolve("other"));
    assertThatThrownBy(() -> Evaluation.run(spark, other))
        .hasMessageContaining(
            "other/model.safetensors was trained on the classes [road, sky], the sample table has 19 others, [road, sidewalk,");
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
