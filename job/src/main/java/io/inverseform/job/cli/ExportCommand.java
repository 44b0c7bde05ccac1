package io.inverseform.job.cli;

import io.inverseform.job.archive.ArchiveWriter;
import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.config.InferenceConfig;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From a run's model to an archive that DJL loads. */
@Command(
    name = "export",
    description = "Make a DJL archive of a trained model.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      description = "Of the archive; 'archive' in the run folder without it.")
  private String output;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    Configuration hadoop = locations.hadoop();
    RunFolder run = new RunFolder(config.run(), hadoop);
    locations.require("data.table", config.data().table(), "set it: it names the classes");
    locations.require("run", run.model().toString(), "set it, or run train first");
    String folder =
        output == null ? run.archive().toString() : locations.absolute("--output", output);
    locations.reach("--output", folder);
    String written =
        ArchiveWriter.write(
            folder,
            InferenceConfig.of(config),
            SampleTable.open(config.data().table(), hadoop).catalogue(),
            run.model(),
            new ModelArchive.Size(config.augment().cropWidth(), config.augment().cropHeight()),
            hadoop);
    spec.commandLine().getOut().printf("%s of %s to %s%n", written, run.model(), folder);
    return 0;
  }
}
