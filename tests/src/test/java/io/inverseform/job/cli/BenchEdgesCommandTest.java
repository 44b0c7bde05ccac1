package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class BenchEdgesCommandTest {
  private static final String IGNORE_LOCK = "jmh.ignoreLock";

  /** Times do not matter here, so another run of JMH on the machine does not either. */
  @BeforeEach
  void ignoreLock() {
    System.setProperty(IGNORE_LOCK, "true");
  }

  @AfterEach
  void heedLock() {
    System.clearProperty(IGNORE_LOCK);
  }

  @Test
  void aMeasuredOperatorIsOneLineOfJson(@TempDir Path folder) throws Exception {
    byte[] ids = new byte[64 * 48];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (i % 64 / 16);
    }
    Path label = folder.resolve("label.png");
    Files.write(label, LabelPng.encode(new LabelMap(64, 48, ids)));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();

    int exitCode =
        Main.execute(
            new PrintWriter(out),
            new PrintWriter(err),
            "bench",
            "edges",
            "--warmup=0",
            "--iterations=2",
            "--only=sobel,signed_distance",
            label.toString(),
            label.toString());

    assertThat(err.toString().lines())
        .containsExactly("bench edges: sobel (1 of 2)", "bench edges: signed_distance (2 of 2)");
    assertThat(exitCode).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      JsonNode json = new ObjectMapper().readTree(line);
      assertThat(json.fieldNames())
          .toIterable()
          .containsExactly("operator", "ms", "error_ms", "bytes", "width", "height", "images");
      assertThat(json.get("ms").asDouble()).as(line).isPositive().isLessThan(1000);
      assertThat(json.get("bytes").asLong()).as(line).isBetween(64 * 48L, 1L << 20);
      assertThat(json.get("width").asInt()).isEqualTo(64);
      assertThat(json.get("height").asInt()).isEqualTo(48);
      assertThat(json.get("images").asInt()).isEqualTo(2);
    }
    assertThat(lines.get(0)).startsWith("{\"operator\":\"sobel\"");
    assertThat(lines.get(1)).startsWith("{\"operator\":\"signed_distance\"");
  }
}
