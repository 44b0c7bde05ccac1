package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PositionPrior;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.preprocess.Preprocess;
import io.inverseform.job.report.LossCurves;
import io.inverseform.job.report.PictureSheet;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.synthesize.SceneSynthesizer;
import io.inverseform.job.train.Preflight;
import io.inverseform.job.train.RunFolder;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.Training;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Everything from generated pictures to the scores of a trained model, in a run folder of its own.
 */
@Command(
    name = "demo",
    description =
        "Synthesize, preprocess, pretrain, train and evaluate on generated scenes, in a few minutes.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Locations locations = new Locations(new SparkConf());
    JobConfig loaded = locations.absolute(options.load());
    String folder = loaded.run() + "-" + LocalDateTime.now().format(TIME);
    JobConfig config = loaded.with(folder, folder + "/inverse", loaded.data());
    locations.reach("data.source", config.data().source());
    locations.reach("data.table", config.data().table());
    locations.reach("run", config.run());
    locations.requirePretrained(config);
    new SceneSynthesizer(config.seed(), config.synthesize())
        .write(config.data().source(), locations.hadoop());
    try (SparkSession spark = SparkSessions.forTraining(spec.name(), config)) {
      Preflight.await(spark.sparkContext(), config.train().workers());
      out.println(Preprocess.run(spark, config.data(), config.preprocess()));
      Training.Outcome pretrained = PretrainCommand.run(spark, config.pretraining(), false, out);
      if (pretrained.stopped().isPresent()) {
        return pretrained.exitCode();
      }
      Training.Outcome outcome = Training.run(spark, config, new Segmentation.Factory(), false);
      if (outcome.stopped().isPresent()) {
        out.println(TrainCommand.line(outcome, config));
        return outcome.exitCode();
      }
      Scores model = Evaluation.run(spark, config);
      Scores prior = PositionPrior.run(spark, config);
      out.println(new ScoreTable(prior, model));
      out.println(TrainCommand.line(outcome, config));
      RunFolder run = new RunFolder(config.run(), locations.hadoop());
      Drawings.print(out, "curves", () -> LossCurves.write(run));
      Drawings.print(out, "pictures", () -> PictureSheet.write(spark, config, model));
    }
    return 0;
  }
}
