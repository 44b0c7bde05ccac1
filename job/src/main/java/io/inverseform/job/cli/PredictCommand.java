package io.inverseform.job.cli;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.PredictionSummary;
import io.inverseform.job.evaluate.Predictions;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From an exported model and pictures to their label maps. */
@Command(
    name = "predict",
    description = "Segment pictures with an exported model.",
    footer = "Pictures that cannot be decoded are reported; the run fails only if none can be.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--archive",
      paramLabel = "FOLDER",
      description = "What export wrote; 'archive' in the run folder without it.")
  private String archive;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Takes ids/, color/ and overlay/, and failed.txt if pictures fail.")
  private String output;

  @Option(
      names = "--label-ids",
      description =
          "Write label_ids/, too: the ids of the data set's label files, as the server of Cityscapes takes them.")
  private boolean labelIds;

  /** One of the two. */
  private static final class Source {
    @Option(
        names = "--input",
        paramLabel = "FOLDER",
        description = "Of pictures, also in folders below it.")
    private String input;

    @Option(
        names = "--split",
        paramLabel = "NAME",
        description = "Of the sample table, instead of a folder.")
    private String split;
  }

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    String from =
        archive == null
            ? new RunFolder(config.run(), locations.hadoop()).archive().toString()
            : locations.absolute("--archive", archive);
    String to = locations.absolute("--output", output);
    locations.require("--archive", from, "give it, or run export first");
    locations.reach("--output", to);
    String table = config.data().table();
    String input = source.input == null ? null : locations.absolute("--input", source.input);
    if (input == null) {
      locations.require("data.table", table, "set it, or run preprocess first");
    } else {
      locations.require("--input", input, "give a folder of pictures");
      refuseWithin(to, input);
    }
    try (SparkSession spark = SparkSessions.start(spec.name(), config)) {
      Predictions predictions =
          new Predictions(spark, from, config.train().threads(), to, labelIds);
      PredictionSummary summary =
          input == null ? predictions.ofSplit(table, source.split) : predictions.ofFolder(input);
      spec.commandLine().getOut().print(summary);
      return summary.predicted() > 0 ? 0 : 1;
    }
  }

  /** The next call would take what this one has written for pictures. */
  private static void refuseWithin(String output, String input) {
    if ((output + "/").startsWith(input + "/")) {
      throw new ConfigException(
          "'--output' must lie outside of '--input' = %s, is %s".formatted(input, output));
    }
  }
}
