package io.inverseform.job.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.job.train.ExchangeBench;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Prints the cost of exchanging one step's gradients as a line of JSON. */
@Command(
    name = "allreduce",
    description = {
      "Measure the exchange of a step's gradients between processes on this host:",
      "sum, SGD update and the new weights' way back; time, CPU and allocated memory of rank 0."
    },
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchAllreduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--world", description = "Workers, each a process.")
  private int world = 2;

  @Option(names = "--mb", description = "Megabytes of the float32 gradient.")
  private int megabytes = 280;

  @Option(names = "--rounds", description = "Measured steps, after some to warm up.")
  private int rounds = 10;

  @Option(
      names = "--wire",
      converter = WireConverter.class,
      description = "What travels: float32 (fp32) or bfloat16 (bf16).",
      defaultValue = "float32")
  private Wire wire;

  @Override
  public Integer call() throws IOException {
    ExchangeBench bench = bench();
    spec.commandLine()
        .getErr()
        .printf(
            "bench allreduce: %d processes run until hardly anything is compiled any more, within a"
                + " minute, then %d steps%n",
            world, rounds)
        .flush();
    String json = new ObjectMapper().writeValueAsString(bench.run());
    spec.commandLine().getOut().println(json);
    return 0;
  }

  private ExchangeBench bench() {
    try {
      return new ExchangeBench(world, megabytes, rounds, wire);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  static final class WireConverter implements ITypeConverter<Wire> {
    @Override
    public Wire convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "float32", "fp32" -> Wire.FLOAT32;
        case "bfloat16", "bf16" -> Wire.BFLOAT16;
        default ->
            throw new TypeConversionException("must be float32 or bfloat16, is '" + value + "'");
      };
    }
  }
}
