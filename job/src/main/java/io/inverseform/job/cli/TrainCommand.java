package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.report.LossCurves;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.train.RunFolder;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.Training;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From the sample table to a trained model. */
@Command(
    name = "train",
    description = "Train on the sample table, several workers at once.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--resume", description = "Go on from the run folder's newest checkpoint.")
  private boolean resume;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.require("data.table", config.data().table(), "set it, or run preprocess first");
    locations.reach("run", config.run());
    if (config.loss().hasInverseForm()) {
      Path network = RunFolder.inverseNetwork(config.pretrain(), locations.hadoop());
      String key = config.pretrain().weights().isEmpty() ? "pretrain.run" : "pretrain.weights";
      locations.require(key, network.toString(), "set it, or run pretrain first");
    }
    if (!resume) {
      locations.requirePretrained(config);
    }
    try (SparkSession spark = SparkSessions.forTraining(spec.name(), config)) {
      PrintWriter out = spec.commandLine().getOut();
      Training.Outcome outcome = Training.run(spark, config, new Segmentation.Factory(), resume);
      out.println(line(outcome, config));
      if (outcome.stopped().isEmpty()) {
        RunFolder run = new RunFolder(config.run(), locations.hadoop());
        Drawings.print(out, "curves", () -> LossCurves.write(run));
      }
      return outcome.exitCode();
    }
  }

  /** What came out, on one line, with the scores that matter most. */
  static String line(Training.Outcome outcome, JobConfig config) {
    String line =
        String.format(
            Locale.ROOT,
            "step %d: %s; weights %08x in %s",
            outcome.step(),
            outcome.stopped().isEmpty() && outcome.scores().isEmpty()
                ? "no step was left, the model is made"
                : learned(outcome),
            outcome.weightsCrc(),
            config.run());
    return outcome
        .stopped()
        .map(
            by ->
                "stopped after step %d by %s, go on with --resume; %s"
                    .formatted(outcome.step(), by, line))
        .orElse(line);
  }

  private static String learned(Training.Outcome outcome) {
    String scores =
        outcome.scores().entrySet().stream()
            .limit(2)
            .map(score -> String.format(Locale.ROOT, ", %s %.3f", score.getKey(), score.getValue()))
            .collect(Collectors.joining());
    return String.format(
        Locale.ROOT,
        "loss %.4f at first, %.4f at last%s, waited for data %.1f %% of the time%s",
        outcome.firstLoss(),
        outcome.lastLoss(),
        scores,
        100 * outcome.starvation(),
        outcome.skipped() == 0
            ? ""
            : ", %d steps left out for gradients that were not finite"
                .formatted(outcome.skipped()));
  }
}
