package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.preprocess.Preprocess;
import io.inverseform.job.storage.Locations;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From picture folders to the sample table. */
@Command(
    name = "preprocess",
    description = "Turn picture folders into the sample table, with edges.",
    mixinStandardHelpOptions = true)
final class PreprocessCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.require("data.source", config.data().source(), "set it, or run synthesize first");
    locations.reach("data.table", config.data().table());
    try (SparkSession spark = SparkSessions.start(spec.name(), config)) {
      spec.commandLine()
          .getOut()
          .print(
              dryRun
                  ? Preprocess.plan(spark, config.data(), config.preprocess())
                  : Preprocess.run(spark, config.data(), config.preprocess()));
    }
    return 0;
  }
}
