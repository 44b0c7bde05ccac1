package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmChecksTest {
  @Test
  void anotherJdkIsAProblem() {
    Verdict here = JvmChecks.jdk(Runtime.version());
    assertThat(here.status()).isEqualTo(Status.OK);
    assertThat(here.detail())
        .startsWith("17.")
        .contains("(" + System.getProperty("java.vendor") + ")", "heap 3.0 GiB");
    Verdict other = JvmChecks.jdk(Runtime.Version.parse("21.0.1"));
    assertThat(other.status()).isEqualTo(Status.PROBLEM);
    assertThat(other.detail()).startsWith("21.0.1 (");
    assertThat(other.remedy()).isEqualTo("Spark 3.5 and this job need JDK 17: set JAVA_HOME");
  }

  @Test
  void picturesAreDecodedHere() throws Exception {
    Subjects.assertOk(JvmChecks.pictures(), "JPEG and PNG are decoded");
  }

  @Test
  void theModulesOfThisJvmAreOpen() {
    Subjects.assertOk(JvmChecks.modules(), "all packages are open that Spark looks into");
  }

  @Test
  void aJvmWithoutSparksOptionsIsAProblem(@TempDir Path folder) throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ModulesProbe.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the process ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(out))
        .contains("problem, detail=closed to Spark: java.base/java.lang, ", "java.base/sun.nio.ch");
  }
}
