package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a process of its own, on the jars that this build has made. */
@Tag("cluster")
class SubmitScriptTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private Path folder;

  private record Result(int exitCode, String out, String err) {}

  private Result submit(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("submit.sh").toString()));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("submit.sh ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void helpListsTheCommands() throws Exception {
    Result result = submit(Map.of(), "--help");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("Usage: submit.sh", "  config  ");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void aWrongCommandTakesOneLine() throws Exception {
    Result result = submit(Map.of(), "confg");
    assertThat(result.err()).isEqualTo("unknown command 'confg'; did you mean 'config'?\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void anotherJdkIsRefused() throws Exception {
    Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"21.0.1\" 2023-10-17' >&2\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Result result = submit(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), "config");
    assertThat(result.err())
        .isEqualTo(
            ("submit.sh: JDK 17 is needed (Spark 3.5 runs on no newer one), '%s' is:"
                    + " openjdk version \"21.0.1\" 2023-10-17; set JAVA_HOME\n")
                .formatted(java));
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void aMissingJdkIsRefused() throws Exception {
    Result result = submit(Map.of("JAVA_HOME", "/nowhere"), "config");
    assertThat(result.err())
        .isEqualTo(
            "submit.sh: JDK 17 is needed, '/nowhere/bin/java' cannot be run:"
                + " install it or set JAVA_HOME\n");
    assertThat(result.exitCode()).isEqualTo(2);
  }
}
