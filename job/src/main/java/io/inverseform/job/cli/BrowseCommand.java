package io.inverseform.job.cli;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.augment.Augmentation;
import io.inverseform.job.augment.Variant;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.EdgeOperators;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.report.VariantSheet;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Draws what training sees of some samples. */
@Command(
    name = "browse",
    description = "Draw augmented samples, as training sees them.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BrowseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--split", description = "Of the sample table.")
  private String split = "train";

  @Option(names = "--samples", description = "How many, evenly spread over the split.")
  private int samples = 4;

  @Option(
      names = "--id",
      paramLabel = "SAMPLE",
      description = "A sample by its id, in place of those; repeatable.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--variants", description = "Of every sample, those of its first epochs.")
  private int variants = 3;

  @Option(
      names = "--output",
      paramLabel = "FILE.png",
      description = "The sheet; 'browse-SPLIT.png' in the run folder without it.",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  private String output;

  @Override
  public Integer call() throws IOException {
    if (samples < 1 || variants < 1) {
      throw new ParameterException(
          spec.commandLine(), "--samples and --variants must be at least 1");
    }
    Locations locations = new Locations(new SparkConf());
    JobConfig config = locations.absolute(options.load());
    locations.require("data.table", config.data().table(), "set it, or run preprocess first");
    Configuration hadoop = locations.hadoop();
    String given = output == null ? config.run() + "/browse-" + split + ".png" : output;
    Path file = new Path(locations.absolute("--output", given));
    locations.reach("--output", file.toString());
    Torch.start(config.train().threads());
    try (LocalSamples table =
            LocalSamples.open(
                config.data().table(), split, LocalFolder.temporary(config.data()), hadoop);
        NDManager device = Torch.manager(Device.cpu())) {
      VariantSheet sheet = new VariantSheet(title(config), table.catalogue());
      Epochs epochs = Epochs.of(table, config.seed(), config.data().classUniform());
      Augmentation augmentation =
          new Augmentation(
              config.augment(), EdgeOperators.of(config.preprocess().edges()), config.seed());
      Images images = new Images(config.augment().mean(), config.augment().std());
      for (int index : indices(table)) {
        List<Variant> drawn = new ArrayList<>();
        for (int epoch = 0; epoch < variants; epoch++) {
          Draw draw = draw(epochs.of(epoch), index);
          drawn.add(Variant.of(device, augmentation, images, table.sample(index), draw, epoch));
        }
        sheet.add(table.sample(index), drawn);
      }
      Drawings.print(
          spec.commandLine().getOut(),
          "sheet",
          () -> {
            sheet.write(file.getFileSystem(hadoop), file);
            return file;
          });
    }
    return 0;
  }

  private String title(JobConfig config) {
    return "split %s of %s: crops of %dx%d, seed %d, epochs 1 to %d"
        .formatted(
            split,
            config.data().table(),
            config.augment().cropWidth(),
            config.augment().cropHeight(),
            config.seed(),
            variants);
  }

  /** The sample's first turn in an epoch; where it has none, as if it had. */
  private static Draw draw(Draw[] epoch, int index) {
    return Arrays.stream(epoch)
        .filter(draw -> draw.sample() == index)
        .findFirst()
        .orElse(new Draw(index, 0, null));
  }

  private int[] indices(LocalSamples table) throws IOException {
    if (ids.isEmpty()) {
      int count = Math.min(samples, table.size());
      return IntStream.range(0, count).map(i -> (int) ((long) i * table.size() / count)).toArray();
    }
    int[] found = new int[ids.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = table.indexOf(ids.get(i));
      if (found[i] < 0) {
        throw new ParameterException(
            spec.commandLine(), "split %s has no sample '%s'".formatted(split, ids.get(i)));
      }
    }
    return found;
  }
}
