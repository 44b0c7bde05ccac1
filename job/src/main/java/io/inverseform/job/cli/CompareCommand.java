package io.inverseform.job.cli;

import io.inverseform.job.report.Report;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** From two run folders to a page that shows them side by side. */
@Command(
    name = "compare",
    description = "Show two runs side by side on one page of HTML; needs no Spark.",
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN", description = "Folder of the run to compare with.")
  private String first;

  @Parameters(
      index = "1",
      paramLabel = "RUN",
      description = "Folder of the other run; differences are its scores minus the first one's.")
  private String second;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Of the page; without it compare-RUN-RUN.html in the working directory.")
  private String output;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    RunFolder one = run(locations, first);
    RunFolder other = run(locations, second);
    String name =
        output == null
            ? "compare-%s-%s.html".formatted(one.path().getName(), other.path().getName())
            : output;
    Path file = new Path(locations.absolute("--output", name));
    Report.compare(one, other, file);
    spec.commandLine().getOut().println("report: " + file);
    return 0;
  }

  private static RunFolder run(Locations locations, String folder) throws IOException {
    String place = locations.absolute("RUN", folder);
    locations.require("RUN", place, "give the folder of a run, such as runs/demo");
    return new RunFolder(place, locations.hadoop());
  }
}
