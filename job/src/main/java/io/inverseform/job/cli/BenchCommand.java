package io.inverseform.job.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measurements of parts of the job, each a command of its own. */
@Command(
    name = "bench",
    description = "Measure a part of the job, or compute what it costs on clusters.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchEdgesCommand.class,
      BenchDataCommand.class,
      BenchStepCommand.class,
      BenchForwardCommand.class,
      BenchMemoryCommand.class,
      BenchAllreduceCommand.class,
      BenchCostCommand.class,
      BenchInverseCommand.class
    })
final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "bench needs a command, such as bench step");
  }
}
