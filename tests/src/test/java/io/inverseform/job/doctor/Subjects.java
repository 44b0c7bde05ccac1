package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;

/** What checks judge, and machines that look like others. */
final class Subjects {
  private Subjects() {}

  /** The demo on a master, with settings of Spark's as key, value, key, value. */
  static Subject on(String master, String... settings) {
    return of(master, Map.of("OMP_WAIT_POLICY", "PASSIVE"), List.of(), settings);
  }

  static Subject of(
      String master, Map<String, String> environment, List<String> config, String... settings) {
    SparkConf spark = new SparkConf(false).setMaster(master);
    for (int i = 0; i < settings.length; i += 2) {
      spark.set(settings[i], settings[i + 1]);
    }
    return new Subject(spark, ConfigLoader.loadDemo(config), environment);
  }

  /** A machine whose nvidia-smi is a script that does as it is told. */
  static Map<String, String> nvidiaSmi(Path folder, String... lines) throws IOException {
    script(folder.resolve("nvidia-smi"), lines);
    return Map.of("PATH", folder.toString());
  }

  static void script(Path file, String... lines) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  static void assertOk(Verdict verdict, String detail) {
    assertThat(verdict).isEqualTo(Verdict.ok(detail));
  }
}
