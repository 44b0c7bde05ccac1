package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.job.report.PictureSheet;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** From a trained model to its scores, and pictures to look at. */
@Command(
    name = "evaluate",
    description = "Score a trained model, and draw what it predicts.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.require("data.table", config.data().table(), "set it, or run preprocess first");
    locations.require("run", config.run(), "set it, or run train first");
    try (SparkSession spark = SparkSessions.start(spec.name(), config)) {
      Scores scores = Evaluation.run(spark, config);
      PrintWriter out = spec.commandLine().getOut();
      out.print(scores);
      Drawings.print(out, "pictures", () -> PictureSheet.write(spark, config, scores));
      Drawings.report(out, spark, spec, new RunFolder(config.run(), locations.hadoop()));
    }
    return 0;
  }
}
