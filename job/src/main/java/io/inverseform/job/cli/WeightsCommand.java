package io.inverseform.job.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What one does with weight files, each a command of its own. */
@Command(
    name = "weights",
    description = "Weight files: weights inspect, weights convert, weights restore.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      WeightsInspectCommand.class,
      WeightsConvertCommand.class,
      WeightsRestoreCommand.class
    })
final class WeightsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "weights needs a command, such as weights inspect");
  }
}
