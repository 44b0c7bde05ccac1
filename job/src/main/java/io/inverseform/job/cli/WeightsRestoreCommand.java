package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.CheckpointModel;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From a kept checkpoint to the run's model file, which evaluate and export then use. */
@Command(
    name = "restore",
    description = "Make a kept checkpoint, the best one by default, the run's model.",
    mixinStandardHelpOptions = true)
final class WeightsRestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--step",
      paramLabel = "N",
      description = "Of the checkpoint; without it that with the best first score.")
  private Optional<Long> step;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.require("data.table", config.data().table(), "set it: it names the classes");
    locations.require("run", config.run(), "set it, or run train first");
    long restored = CheckpointModel.write(config, step, locations.hadoop());
    spec.commandLine()
        .getOut()
        .printf(
            "weights of step %d to %s%n",
            restored, new RunFolder(config.run(), locations.hadoop()).model());
    return 0;
  }
}
