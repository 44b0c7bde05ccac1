package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.augment.DataBench;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.storage.Locations;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints the cost of decoding and augmenting a sample as a line of JSON. */
@Command(
    name = "data",
    description = {
      "Measure what a sample of the configured table costs on its way to the network:",
      "decoding by part, and each augmentation, whether it is configured or not, in CPU time."
    },
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchDataCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--split", description = "Of the sample table.")
  private String split = "train";

  @Option(names = "--samples", description = "Measured, after three to warm up.")
  private int samples = 50;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.require("data.table", config.data().table(), "set it, or run preprocess first");
    try (LocalSamples table =
        LocalSamples.open(
            config.data().table(),
            split,
            LocalFolder.temporary(config.data()),
            locations.hadoop())) {
      DataBench bench = bench(config, table);
      spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(bench.run()));
    }
    return 0;
  }

  private DataBench bench(JobConfig config, LocalSamples table) {
    try {
      return new DataBench(config, table, samples);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
