package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
class BenchStepCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aMeasuredStepIsOneLineOfJson() throws Exception {
    String arguments =
        "bench step --width 4 --modules 1,1,1 --blocks 1 --stage1 1 --classes 7 --size 64x96"
            + " --norm sync_batch --batch 2 --threads 1 --steps 2";

    int exitCode = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments.split(" "));

    assertThat(err.toString()).isEmpty();
    assertThat(exitCode).isZero();
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("size").asText()).isEqualTo("64x96");
    assertThat(json.get("norm").asText()).isEqualTo("sync_batch");
    assertThat(json.get("estimate_mb").get("activations").asLong()).isPositive();
    assertThat(json.get("batch").asInt()).isEqualTo(2);
    assertThat(json.get("parameters").asLong()).isGreaterThan(1_000_000);
    for (String key : new String[] {"wall_s", "cpu_s", "loss"}) {
      assertThat(json.get(key).asDouble()).as(key).isPositive().isLessThan(60);
    }
    // The frozen network of InverseForm alone has 100 million weights.
    assertThat(json.get("peak_rss_mb").asInt()).isGreaterThan(400);
  }

  @Test
  void aStepOfTwoWorkersIsOneLineOfJsonWithItsPartsAndRounds() throws Exception {
    String arguments =
        "bench step --world 2 --norm sync_batch --no-inverse-form --width 4 --modules 1,1,1"
            + " --blocks 1 --stage1 1 --size 64x128 --threads 1 --steps 2";

    int exitCode = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments.split(" "));

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("world").asInt()).isEqualTo(2);
    for (String key :
        new String[] {"compute_s", "exchange_s", "sequential_s", "overlapped_s", "round_ms"}) {
      assertThat(json.get(key).asDouble()).as(key).isPositive().isLessThan(100);
    }
    assertThat(json.get("rounds").asInt()).isBetween(40, 120);
  }
}
