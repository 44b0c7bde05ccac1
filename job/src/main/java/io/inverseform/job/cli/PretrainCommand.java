package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.pretrain.InverseTransform;
import io.inverseform.job.report.LossCurves;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.RunFolder;
import io.inverseform.job.train.Training;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From the sample table's edges to the inverse-transform network. */
@Command(
    name = "pretrain",
    description = "Train the InverseForm term's network on warped edges.",
    mixinStandardHelpOptions = true)
final class PretrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--resume", description = "Go on from the newest checkpoint of pretrain.run.")
  private boolean resume;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load()).pretraining();
    if (config.pretrain().pictures().isEmpty()) {
      locations.require("data.table", config.data().table(), "set it, or run preprocess first");
    } else {
      locations.require("pretrain.pictures", config.pretrain().pictures(), "set it, or to nothing");
    }
    locations.reach("pretrain.run", config.run());
    try (SparkSession spark = SparkSessions.forTraining(spec.name(), config)) {
      return run(spark, config, resume, spec).exitCode();
    }
  }

  /**
   * Pretrains, and prints what came out.
   *
   * @param config of {@link JobConfig#pretraining}
   * @param spec of the command that does so
   */
  static Training.Outcome run(
      SparkSession spark, JobConfig config, boolean resume, CommandSpec spec) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Training.Outcome outcome = Training.run(spark, config, new InverseTransform.Factory(), resume);
    if (!outcome.scores().isEmpty()) {
      String name = new Path(config.run()).getName();
      out.println(new DistanceTable(InverseTransform.rows(outcome.scores(), name, outcome.step())));
    }
    out.println(TrainCommand.line(outcome, config));
    if (outcome.stopped().isEmpty()) {
      RunFolder run = new RunFolder(config.run(), spark.sessionState().newHadoopConf());
      Drawings.print(out, "curves", () -> LossCurves.write(run));
      Drawings.report(out, spark, spec, run);
    }
    return outcome;
  }
}
