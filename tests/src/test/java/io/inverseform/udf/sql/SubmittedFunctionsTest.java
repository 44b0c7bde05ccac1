package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.JavaCommand;
import io.inverseform.job.ProcessLog;
import io.inverseform.job.SubmitScript;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The functions where they come by {@code --jars} and configuration alone, on two executors. */
@Tag("cluster")
class SubmittedFunctionsTest {
  private static final Path SPARK = SubmitScript.ROOT.resolve("udf/target/spark/jars");

  @TempDir private Path folder;

  @Test
  void extensionsAndJarsAreEnough() throws Exception {
    String out =
        shell(
            "DESCRIBE FUNCTION edge_share",
            "SELECT sum(edge_share(sobel_edges(label_map(array(0, 0, 1, int(id % 2)), 4))))"
                + " FROM range(0, 40, 1, 4)",
            "SELECT confusion_matrix(label_map(array(0, 1), 2),"
                + " label_map(array(int(id % 2), 1), 2), 2) FROM range(0, 40, 1, 4)",
            "SELECT id % 2, boundary_f(label_map(array(0, 1), 2),"
                + " label_map(array(int(id % 2), 1), 2), 2, 0).mean FROM range(0, 40, 1, 4)"
                + " GROUP BY id % 2 ORDER BY id % 2",
            "SELECT label_size(substring(label_map(array(int(id), 1), 2), 1, 40))"
                + " FROM range(0, 4, 1, 4)");
    assertThat(out)
        .contains("Usage: edge_share(edges) - The share of pixels that are edges, 0 to 1.")
        .contains("range(0, 40, 1, 4)\n20.0\n")
        .contains("\n[[20,20],[0,40]]\n")
        .contains("ORDER BY id % 2\n0\t1.0\n1\t0.0\n")
        .contains(
            "label_size: argument labels cannot be decoded: PNG is truncated: ends after 40 bytes"
                + " without its end chunk; try_label_size gives NULL instead");
  }

  private String shell(String... queries) throws Exception {
    Path application = folder.resolve("shell.jar");
    String main = SqlShell.class.getName().replace('.', '/') + ".class";
    jar(application, place(SqlShell.class), List.of(main));
    List<String> command = JavaCommand.begin();
    command.addAll(
        List.of(
            "-Xmx512m",
            "-cp",
            SPARK + "/*",
            "org.apache.spark.deploy.SparkSubmit",
            "--master",
            "local-cluster[2,1,512]",
            "--conf",
            "spark.executor.memory=512m",
            "--conf",
            "spark.ui.enabled=false",
            "--conf",
            "spark.sql.shuffle.partitions=2",
            "--conf",
            "spark.sql.extensions=io.inverseform.udf.sql.InverseFormExtensions",
            "--jars",
            functions().toString(),
            "--class",
            SqlShell.class.getName(),
            application.toString()));
    command.addAll(List.of(queries));
    return output(new ProcessBuilder(command).directory(folder.toFile()));
  }

  private String output(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    try {
      ProcessLog out = new ProcessLog(process.getInputStream(), folder.resolve("out.log"));
      ProcessLog err = new ProcessLog(process.getErrorStream(), folder.resolve("err.log"));
      assertThat(process.waitFor(240, TimeUnit.SECONDS)).as("the application ends").isTrue();
      out.awaitEnd(Duration.ofSeconds(10));
      err.awaitEnd(Duration.ofSeconds(10));
      assertThat(process.exitValue()).as(err.text()).isZero();
      return out.text();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** The jar of the functions; made of their classes where the build has not come that far. */
  private Path functions() throws Exception {
    Path place = place(InverseFormFunctions.class);
    if (Files.isRegularFile(place)) {
      return place;
    }
    try (Stream<Path> files = Files.walk(place)) {
      List<String> names =
          files
              .filter(Files::isRegularFile)
              .map(file -> place.relativize(file).toString().replace(File.separatorChar, '/'))
              .toList();
      return jar(folder.resolve("functions.jar"), place, names);
    }
  }

  private static Path place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static Path jar(Path jar, Path classes, List<String> names) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        Files.copy(classes.resolve(name), out);
      }
    }
    return jar;
  }
}
