package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("cluster")
class BenchAllreduceCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String arguments) {
    return Main.execute(
        new PrintWriter(out), new PrintWriter(err), ("bench allreduce " + arguments).split(" "));
  }

  @ParameterizedTest
  @CsvSource({"2, fp32, float32", "3, bfloat16, bfloat16"})
  void aMeasuredExchangeIsOneLineOfJsonAndItsBuffersAreReused(int world, String wire, String name)
      throws Exception {
    int exitCode = run("--world " + world + " --mb 40 --rounds 3 --wire " + wire);

    assertThat(err.toString().lines())
        .containsExactly(
            "bench allreduce: "
                + world
                + " processes run until hardly anything is compiled any more, within a minute, then 3"
                + " steps");
    assertThat(exitCode).isZero();
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("world").asInt()).isEqualTo(world);
    assertThat(json.get("mb").asInt()).isEqualTo(40);
    assertThat(json.get("step").asBoolean()).isTrue();
    assertThat(json.get("wire").asText()).isEqualTo(name);
    for (String key : new String[] {"seconds", "wire_gb_per_s_each_way", "cpu_s", "sum128_us"}) {
      assertThat(json.get(key).asDouble()).as(key).isPositive().isLessThan(10_000);
    }
    assertThat(json.get("allocated_bytes").asLong()).isPositive().isLessThan(1_000_000);
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    assertThat(run("--world 0")).isEqualTo(2);
    assertThat(err.toString()).contains("world must be 1 to 64, is 0");
    assertThat(run("--wire float16")).isEqualTo(2);
    assertThat(err.toString()).contains("must be float32 or bfloat16, is 'float16'");
  }
}
