package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the memory of a training as a line of JSON. */
@Command(
    name = "memory",
    description =
        "Measure the memory of training OCRNet with InverseForm on random input, after each step.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchMemoryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private BenchNetworkOptions options;

  @Option(names = "--steps", description = "Measured steps, after one to warm up.")
  private int steps = 200;

  @Override
  public Integer call() throws IOException {
    String json = new ObjectMapper().writeValueAsString(options.bench(steps).memory());
    spec.commandLine().getOut().println(json);
    return 0;
  }
}
