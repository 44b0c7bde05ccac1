package io.inverseform.job.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.bench.CostModel;
import io.inverseform.job.bench.CostTable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints what a step costs on clusters that are not there. */
@Command(
    name = "cost",
    description = "Compute, from measured constants, what a step costs on 1 to 256 executors.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class BenchCostCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private BenchCostOptions options;

  @Option(
      names = "--gbit",
      split = ",",
      description = "Lines of a host, Gbit/s.",
      defaultValue = "25,100")
  private List<Double> gigabits;

  @Option(
      names = "--round-trip",
      split = ",",
      paramLabel = "MS",
      description = "Of a small sum between two executors.",
      defaultValue = "0.1,0.25")
  private List<Double> roundTrips;

  @Option(names = "--json", description = "Print a line of JSON a row.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    CostTable table = table(options);
    if (json) {
      ObjectMapper mapper = new ObjectMapper();
      for (Map<String, Object> row : table.rows()) {
        out.println(mapper.writeValueAsString(row));
      }
    } else {
      out.print(table.markdown());
    }
    return 0;
  }

  private CostTable table(BenchCostOptions from) {
    try {
      CostModel model = from.model();
      return new CostTable(model, gigabits, roundTrips);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
