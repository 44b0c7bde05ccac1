package io.inverseform.job.cli;

import io.inverseform.job.config.BuildInfo;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.Nearest;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Entry point of the job: finds the command, runs it, and turns what goes wrong into one line and
 * an exit code: 2 for what the user wrote, 1 for a run that failed.
 */
@Command(
    name = "submit.sh",
    description = "Boundary-aware semantic segmentation, trained on Spark.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      DemoCommand.class,
      SynthesizeCommand.class,
      PreprocessCommand.class,
      PretrainCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      ExportCommand.class,
      PredictCommand.class,
      BrowseCommand.class,
      WeightsCommand.class,
      BenchCommand.class,
      DoctorCommand.class,
      ConfigCommand.class
    },
    footer = {
      "",
      "Options for spark-submit follow a '--': submit.sh train --config FILE -- --master URL",
      "One archive of it all, for machines without Maven or internet: submit.sh package",
      "Exit codes: 0 success, 1 the run failed, 2 a wrong command, key, path or option,",
      "143 a training stopped by SIGTERM after it wrote a checkpoint."
    })
public final class Main implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Pictures are drawn in memory: a DISPLAY that leads nowhere must not fail them.
    System.setProperty("java.awt.headless", "true");
    System.exit(
        execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /**
   * Runs one command.
   *
   * @return exit code
   */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    int exitCode =
        new CommandLine(new Main())
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(Main::refuse)
            .setExecutionExceptionHandler(Main::fail)
            .execute(args);
    out.flush();
    err.flush();
    return exitCode;
  }

  /** Without a command: the list of commands. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int refuse(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command
        .getErr()
        .println(
            e instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched.getUnmatched().get(0), command)
                : "%s; see '%s --help'"
                    .formatted(e.getMessage(), command.getCommandSpec().qualifiedName()));
    return ExitCode.USAGE;
  }

  private static String unknown(String argument, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (argument.startsWith("-")) {
      return "unknown option '%s'; did you mean '%s'?"
          .formatted(argument, Nearest.of(argument, spec.optionsMap().keySet()));
    }
    if (spec.subcommands().isEmpty()) {
      return "'%s' takes no argument '%s'; see '%1$s --help'"
          .formatted(spec.qualifiedName(), argument);
    }
    return "unknown command '%s'; did you mean '%s'?"
        .formatted(argument, Nearest.of(argument, spec.subcommands().keySet()));
  }

  private static int fail(Exception e, CommandLine command, ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    if (e instanceof ConfigException) {
      command.getErr().println(e.getMessage());
      return ExitCode.USAGE;
    }
    LOG.error("{} failed", name, e);
    command.getErr().println("%s failed: %s".formatted(name, RootCause.line(e)));
    String log = System.getProperty("inverseform.log");
    if (log != null) {
      command.getErr().println("Full stack trace: " + log);
    }
    return ExitCode.SOFTWARE;
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {BuildInfo.current().toString()};
    }
  }
}
