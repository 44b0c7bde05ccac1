package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** From a trained model to its scores. */
@Command(
    name = "evaluate",
    description = "Score a trained model on a split of the sample table.",
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
      spec.commandLine().getOut().print(Evaluation.run(spark, config));
    }
    return 0;
  }
}
