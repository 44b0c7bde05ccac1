package io.inverseform.job.train;

import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** Processes of this one's JDK, on its class path, which log as it does. */
public final class JavaProcess {
  private static final List<String> LOGGING =
      List.of("log4j2.configurationFile", "inverseform.log");

  private JavaProcess() {}

  /**
   * One that can be started; its errors appear among this one's.
   *
   * @param options of the JVM
   * @param main class that it runs
   */
  public static ProcessBuilder of(List<String> options, String main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(options);
    for (String logging : LOGGING) {
      if (System.getProperty(logging) != null) {
        command.add("-D" + logging + "=" + System.getProperty(logging));
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }
}
