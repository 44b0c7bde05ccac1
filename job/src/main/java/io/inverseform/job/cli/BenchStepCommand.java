package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.train.BenchProcesses;
import io.inverseform.job.train.SharedStepBench;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the cost of one training step as a line of JSON. */
@Command(
    name = "step",
    description =
        "Measure one training step of OCRNet with InverseForm on random input, time and memory.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchStepCommand implements Callable<Integer> {
  private static final int HEAP_MEGABYTES = 1024;

  @Spec private CommandSpec spec;
  @Mixin private BenchNetworkOptions options;

  @Option(names = "--steps", description = "Measured steps, after one to warm up.")
  private int steps = 5;

  @Option(
      names = "--world",
      description =
          "Workers, each a process; with more than one, what the exchange adds to a step.")
  private int world = 1;

  @Option(names = "--join", hidden = true, description = "Of a worker's process.")
  private String join;

  @Override
  public Integer call() throws IOException {
    spec.commandLine().getOut().println(line());
    return 0;
  }

  private String line() throws IOException {
    ObjectMapper json = new ObjectMapper();
    if (join != null) {
      return json.writeValueAsString(new SharedStepBench(options.bench(steps), join).run());
    }
    if (world == 1) {
      return json.writeValueAsString(options.bench(steps).step());
    }
    options.bench(steps);
    List<String> own = spec.root().commandLine().getParseResult().originalArgs();
    return new BenchProcesses(world, HEAP_MEGABYTES)
        .run(
            Main.class.getName(),
            worker -> {
              List<String> arguments = new ArrayList<>(own);
              arguments.addAll(List.of("--join", worker));
              return arguments;
            })
        .get(0);
  }
}
