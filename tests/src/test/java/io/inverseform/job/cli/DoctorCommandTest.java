package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor as users call it. */
@Tag("cluster")
class DoctorCommandTest {
  @TempDir private Path folder;

  private Result doctor(Map<String, String> environment, String arguments) throws Exception {
    return new SubmitScript(folder).run(environment, "doctor " + arguments);
  }

  @Test
  void aMachineThatIsWellHasALineACheckAndNothingRed() throws Exception {
    assumeThat(Path.of("/dev/nvidia0")).as("a machine without a GPU").doesNotExist();
    Result result = doctor(Map.of(), "--set train.threads=1");
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    assertThat(result.out().lines())
        .allMatch(line -> line.matches("(ok     |warning)  \\S+( \\S+)?  +\\S.*"))
        .anyMatch(line -> line.matches("ok       jdk +17\\..*, heap 4\\.0 GiB"))
        .anyMatch(line -> line.matches("ok       modules +all packages are open .*"))
        .anyMatch(line -> line.matches("ok       pytorch +2\\.7\\.1 for the CPU in /.*"))
        .anyMatch(line -> line.matches("ok       convolution +right.*"))
        .anyMatch(line -> line.matches("ok       network +127\\.0\\.0\\.1, listens and answers"))
        .anyMatch(line -> line.matches("warning  data.source +there is nothing at file:/.*"));
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void theTrapsOfAMachineWithAGpuAreRed() throws Exception {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    Path tool = tools.resolve("nvidia-smi");
    Files.writeString(tool, "#!/bin/sh\necho '0, NVIDIA H100, 81559 MiB, 535.183.01'\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    Path spark = Files.createDirectories(folder.resolve("no-spark"));
    Result result =
        doctor(
            Map.of("PATH", tools + ":" + System.getenv("PATH"), "SPARK_HOME", spark.toString()),
            "--set run=" + tool + "/run");
    assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
    assertThat(result.out())
        .containsPattern("(?m)^problem  pytorch +2\\.7\\.1 for the CPU .* without a word; set PYTO")
        .containsPattern("(?m)^ok       gpus +0, NVIDIA H100, 81559 MiB, 535.183.01$")
        .containsPattern("(?m)^warning  spark gpus +1 here, none asked for")
        .containsPattern("(?m)^problem  spark home +SPARK_HOME=%s is not used".formatted(spark))
        .containsPattern("(?m)^problem  run +'run' cannot be written to at file:" + tool);
  }

  @Test
  void everyExecutorIsAsked() throws Exception {
    assumeThat(Path.of("/dev/nvidia0")).as("a machine without a GPU").doesNotExist();
    Result result = doctor(Map.of(), "--cluster --json -- --master local-cluster[2,1,1024]");
    assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    JsonNode findings = new ObjectMapper().readTree(result.out());
    assertThat(findings.findValuesAsText("name")).startsWith("jdk", "modules", "spark");
    JsonNode cluster = findings.get(findings.size() - 3);
    assertThat(cluster.get("name").asText()).isEqualTo("cluster");
    assertThat(cluster.get("detail").asText()).isEqualTo("2 task slots in 2 executors");
    for (int i = 2; i > 0; i--) {
      JsonNode executor = findings.get(findings.size() - i);
      assertThat(executor.get("name").asText()).endsWith("/" + (2 - i));
      assertThat(executor.get("status").asText()).isEqualTo("ok");
      assertThat(executor.get("detail").asText())
          .startsWith("jdk 17.")
          .contains("; spark 3.5.9, Scala 2.12", "; pytorch 2.7.1 for the CPU, bridge of DJL");
    }
  }
}
