package io.inverseform.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The launcher as a process of its own, on the jars that this build has made.
 *
 * @param folder in which it runs, and which takes its logs
 */
public record SubmitScript(Path folder) {
  /** Root of the project. */
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** How a run ended. */
  public record Result(int exitCode, String out, String err) {}

  /** A command that runs; {@link #close} kills it. */
  public record Running(Process process, ProcessLog out, ProcessLog err) implements AutoCloseable {
    /**
     * Starts a command of any kind.
     *
     * @param folder that takes its logs
     */
    public static Running start(ProcessBuilder builder, Path folder) throws IOException {
      Process process = builder.start();
      return new Running(
          process,
          new ProcessLog(process.getInputStream(), folder.resolve("out")),
          new ProcessLog(process.getErrorStream(), folder.resolve("err")));
    }

    /** Waits for the end. */
    public Result end() throws InterruptedException {
      assertThat(process.waitFor(240, TimeUnit.SECONDS))
          .as("the end within 240 s: %s", err.text())
          .isTrue();
      out.awaitEnd(Duration.ofSeconds(10));
      err.awaitEnd(Duration.ofSeconds(10));
      return new Result(process.exitValue(), out.text(), err.text());
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /**
   * Runs a command to its end.
   *
   * @param arguments separated by single spaces
   */
  public Result run(Map<String, String> environment, String arguments)
      throws IOException, InterruptedException {
    try (Running running = start(environment, arguments)) {
      return running.end();
    }
  }

  /** Starts a command. */
  public Running start(Map<String, String> environment, String arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("submit.sh").toString()));
    command.addAll(List.of(arguments.split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // What this build sets for its own tests, and credentials that a developer has.
    builder.environment().keySet().removeIf(name -> name.matches("(SPARK|DJL|OMP|OPT_OUT|AWS)_.*"));
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().putAll(environment);
    return Running.start(builder, folder);
  }
}
