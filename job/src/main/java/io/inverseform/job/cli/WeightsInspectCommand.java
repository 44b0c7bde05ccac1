package io.inverseform.job.cli;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.PictureFolder;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.weights.ElementType;
import io.inverseform.job.weights.Fit;
import io.inverseform.job.weights.StoredTensor;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a weight file holds, and how it fits a configured network. */
@Command(
    name = "inspect",
    description = "List what a weight file holds; with --config or --set, what of it fits.",
    mixinStandardHelpOptions = true)
final class WeightsInspectCommand implements Callable<Integer> {
  private static final int SHOWN = 60;

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Parameters(paramLabel = "FILE", description = "Of PyTorch (.pth) or safetensors.")
  private String path;

  @Override
  public Integer call() throws IOException {
    Locations locations = new Locations(new SparkConf());
    locations.require("FILE", path, "give a weight file");
    PrintWriter out = spec.commandLine().getOut();
    try (WeightFile file = WeightFile.open(new Path(path), locations.hadoop())) {
      print(file, out);
      if (options.isGiven()) {
        compare(file, locations.absolute(options.load()), locations.hadoop(), out);
      }
    }
    return 0;
  }

  private static void print(WeightFile file, PrintWriter out) {
    out.printf(
        "%s: %s, %s%s%n",
        file.name(),
        file.format(),
        file.place().isEmpty() ? "the tensors by themselves" : "the tensors under " + file.place(),
        file.prefix().isEmpty() ? "" : ", names without " + file.prefix());
    file.metadata()
        .forEach(
            (key, text) ->
                out.printf(
                    "%s: %s%n",
                    key,
                    (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text)
                        .replaceAll("\\p{Cntrl}", " ")));
    Map<ElementType, Long> types = new TreeMap<>();
    long elements = 0;
    for (String name : file.names()) {
      StoredTensor tensor = file.tensor(name);
      types.merge(tensor.type(), 1L, Long::sum);
      elements += tensor.length();
    }
    String counts =
        types.entrySet().stream()
            .map(type -> type.getValue() + " " + type.getKey())
            .collect(Collectors.joining(", "));
    out.printf("%d tensors (%s), %,d values%n", file.names().size(), counts, elements);
    int width = file.names().stream().mapToInt(String::length).max().orElse(1);
    for (String name : file.names()) {
      out.printf("%-" + width + "s  %s%n", name, file.tensor(name));
    }
  }

  private static void compare(
      WeightFile file, JobConfig config, Configuration hadoop, PrintWriter out) throws IOException {
    int classes = PictureFolder.labels(config.data(), hadoop).catalogue().size();
    Fit fit =
        Fit.of(
            file,
            SegmentationNetwork.of(config.model(), classes).shapes(),
            config.model().pretrained());
    out.printf("In the configured network of %d classes: %s%n", classes, fit);
    fit.differences().forEach(out::println);
  }
}
