package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the cost of one training step as a line of JSON. */
@Command(
    name = "step",
    description =
        "Measure one training step of OCRNet with InverseForm on random input, time and memory.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchStepCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private BenchNetworkOptions options;

  @Override
  public Integer call() throws IOException {
    String json = new ObjectMapper().writeValueAsString(options.bench().step());
    spec.commandLine().getOut().println(json);
    return 0;
  }
}
