package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.synthesize.SceneSynthesizer;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Generates street scenes. */
@Command(
    name = "synthesize",
    description = "Generate street scenes in the layout of Cityscapes.",
    mixinStandardHelpOptions = true)
final class SynthesizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.reach("data.source", config.data().source());
    int written =
        new SceneSynthesizer(config.seed(), config.synthesize())
            .write(config.data().source(), locations.hadoop());
    spec.commandLine()
        .getOut()
        .printf("%d scenes written to %s%n", written, config.data().source());
    return 0;
  }
}
