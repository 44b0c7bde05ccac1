package io.inverseform.job.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.bench.EdgeBench;
import io.inverseform.job.bench.EdgeMeasurement;
import io.inverseform.job.bench.EdgeOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Prints the cost of every label and edge function as a line of JSON. */
@Command(
    name = "edges",
    description = {
      "Measure the label and edge functions on one thread, each in a process of its own.",
      "Prints a line of JSON an operator: mean milliseconds and allocated bytes a call."
    },
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchEdgesCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "LABEL.png",
      arity = "0..*",
      description =
          "Label PNGs of one size, with train ids or label ids of Cityscapes."
              + " None: a drawn map of 2048x1024 pixels and 19 classes.")
  private List<Path> labels = List.of();

  @Option(names = "--warmup", description = "Iterations of 0.3 s before those that count.")
  private int warmup = 8;

  @Option(names = "--iterations", description = "Iterations of 0.3 s that count.")
  private int iterations = 8;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "OPERATOR",
      converter = OperationConverter.class,
      description = "Operators to measure, by commas. None: all.")
  private List<EdgeOperation> only = Arrays.asList(EdgeOperation.values());

  @Override
  public Integer call() throws IOException, RunnerException {
    bench().run(only, new Printer(spec, only.size()));
    return 0;
  }

  private EdgeBench bench() {
    try {
      return labels.isEmpty()
          ? EdgeBench.ofDrawnMap(warmup, iterations)
          : EdgeBench.ofFiles(labels, warmup, iterations);
    } catch (IOException | IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static final class Printer implements EdgeBench.Listener {
    private final CommandSpec spec;
    private final int operations;
    private int begun;

    Printer(CommandSpec spec, int operations) {
      this.spec = spec;
      this.operations = operations;
    }

    @Override
    public void begins(EdgeOperation operation) {
      begun++;
      spec.commandLine()
          .getErr()
          .printf("bench edges: %s (%d of %d)%n", operation, begun, operations)
          .flush();
    }

    @Override
    public void measured(EdgeMeasurement measurement) {
      try {
        spec.commandLine().getOut().println(JSON.writeValueAsString(measurement));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a measurement has no JSON", e);
      }
    }
  }

  static final class OperationConverter implements ITypeConverter<EdgeOperation> {
    @Override
    public EdgeOperation convert(String value) {
      return Arrays.stream(EdgeOperation.values())
          .filter(operation -> operation.toString().equals(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "must be of %s, is %s"
                          .formatted(Arrays.toString(EdgeOperation.values()), value)));
    }
  }
}
