package io.inverseform.job;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** JVMs beside the tests' own: the same JDK, opened to the same packages. */
public final class JavaCommand {
  private JavaCommand() {}

  /** Begins a command that options, a class path and a main class are added to. */
  public static List<String> begin() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    return command;
  }

  /**
   * A command that runs a class of the tests.
   *
   * @param options of the JVM
   * @param arguments words that they are printed as
   */
  public static List<String> of(Class<?> main, List<String> options, Object... arguments) {
    List<String> command = begin();
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }
}
