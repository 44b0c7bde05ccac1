package io.inverseform.job.cli;

import io.inverseform.job.config.ConfigYaml;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows what a configuration amounts to. */
@Command(
    name = "config",
    description = "Print the effective configuration.",
    mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(ConfigYaml.write(options.load()));
    return 0;
  }
}
