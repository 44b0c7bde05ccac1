package io.inverseform.job.cli;

import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.storage.Locations;
import io.inverseform.job.weights.SafetensorsWriter;
import io.inverseform.job.weights.WeightFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** From a weight file to safetensors of float32, which no reader has to unpickle. */
@Command(
    name = "convert",
    description = "Write the tensors of a weight file as safetensors of float32.",
    mixinStandardHelpOptions = true)
final class WeightsConvertCommand implements Callable<Integer> {
  private static final String SUFFIX = ".safetensors";

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "IN", description = "Of PyTorch (.pth) or safetensors.")
  private String in;

  @Parameters(index = "1", paramLabel = "OUT" + SUFFIX, description = "Replaced if it is there.")
  private String out;

  @Override
  public Integer call() throws IOException {
    if (!out.endsWith(SUFFIX)) {
      throw new ParameterException(
          spec.commandLine(), "the second file must end in %s, is '%s'".formatted(SUFFIX, out));
    }
    Locations locations = new Locations(new SparkConf());
    locations.require("IN", in, "give a weight file");
    Configuration hadoop = locations.hadoop();
    Path to = new Path(out);
    try (WeightFile file = WeightFile.open(new Path(in), hadoop)) {
      List<SafetensorsWriter.Entry> entries = new ArrayList<>();
      for (String name : file.names()) {
        entries.add(
            new SafetensorsWriter.Entry(
                name, file.tensor(name).shape(), () -> FloatBuffer.wrap(file.values(name))));
      }
      WholeFile.write(
          to.getFileSystem(hadoop),
          to,
          stream -> SafetensorsWriter.write(stream, entries, file.metadata()));
      spec.commandLine()
          .getOut()
          .printf("%d tensors of %s to %s%n", entries.size(), file.name(), to);
    }
    return 0;
  }
}
