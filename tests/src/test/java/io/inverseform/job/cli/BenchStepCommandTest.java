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
