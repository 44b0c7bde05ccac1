package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the cost of one forward pass as a line of JSON. */
@Command(
    name = "forward",
    description = "Measure a forward pass of OCRNet without its training heads on random input.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchForwardCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private BenchNetworkOptions options;

  @Option(names = "--steps", description = "Measured steps, after one to warm up.")
  private int steps = 5;

  @Override
  public Integer call() throws IOException {
    String json = new ObjectMapper().writeValueAsString(options.bench(steps).forward());
    spec.commandLine().getOut().println(json);
    return 0;
  }
}
