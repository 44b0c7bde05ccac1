package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.doctor.Finding.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PlaceChecksTest {
  @TempDir private Path folder;

  private static Map<String, Finding> all(Subject subject) {
    return PlaceChecks.all(subject).stream()
        .map(check -> check.run(Duration.ofSeconds(60)))
        .collect(Collectors.toMap(Finding::name, Function.identity()));
  }

  @Test
  void everyPlaceOfTheConfigurationIsTried() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Map<String, Finding> findings =
        all(
            Subjects.of(
                "local[2]",
                Map.of(),
                List.of(
                    "data.source=%s/none".formatted(folder),
                    "data.table=%s/table".formatted(folder),
                    "pretrain.run=%s/inverse".formatted(file),
                    "run=%s/a/b".formatted(folder))));
    assertThat(findings.get("data.source").status()).isEqualTo(Status.WARNING);
    assertThat(findings.get("data.source").text())
        .isEqualTo(
            "there is nothing at %s/none; set data.source, or run synthesize first"
                .formatted(folder));
    assertThat(findings.get("data.table").status()).isNotEqualTo(Status.PROBLEM);
    assertThat(findings.get("data.table").detail())
        .startsWith(folder + "/table, ")
        .endsWith(" free");
    assertThat(findings.get("pretrain.run").status()).isEqualTo(Status.PROBLEM);
    assertThat(findings.get("pretrain.run").text())
        .startsWith("'pretrain.run' cannot be written to at %s/inverse: ".formatted(file));
    assertThat(findings.get("run").status()).isNotEqualTo(Status.PROBLEM);
    assertThat(folder.toFile().list()).containsExactly("file");
  }

  @Test
  void tooLittleRoomIsWarnedOf() {
    Verdict verdict =
        PlaceChecks.writable(
            Subjects.on("local[2]"), "run", folder.toString(), Long.MAX_VALUE - 1, "make room");
    assertThat(verdict.status()).isEqualTo(Status.WARNING);
    assertThat(verdict.remedy()).isEqualTo("make room");
  }

  @Test
  @Timeout(60)
  void aStoreThatCannotBeReachedIsAProblemAndNoSecretIsShown() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Subject subject =
        Subjects.of(
            "local[2]",
            Map.of(),
            List.of("run=s3a://doctors-bucket/run"),
            "spark.hadoop.fs.s3a.endpoint",
            "http://127.0.0.1:" + port,
            "spark.hadoop.fs.s3a.path.style.access",
            "true",
            "spark.hadoop.fs.s3a.access.key",
            "AKIDOFTHETESTS",
            "spark.hadoop.fs.s3a.secret.key",
            "hidden",
            "spark.hadoop.fs.s3a.bucket.doctors-bucket.retry.limit",
            "0");
    Finding run = all(subject).get("run");
    assertThat(run.status()).isEqualTo(Status.PROBLEM);
    assertThat(run.text())
        .isEqualTo(
            ("'run' cannot be reached at s3a://doctors-bucket/run: no connection to 127.0.0.1:%d"
                    + " (Connection refused); check spark.hadoop.fs.s3a.endpoint and the network")
                .formatted(port));
  }
}
