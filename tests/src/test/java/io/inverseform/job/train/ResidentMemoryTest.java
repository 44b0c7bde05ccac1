package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.SubmitScript;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that trains, of a few hundred steps; {@code -Dmemory.steps} asks for more. */
@Tag("cluster")
class ResidentMemoryTest {
  private static final double SHARE = 0.02;

  @TempDir private Path folder;

  @Test
  void residentMemoryStaysAsItIsAfterTheFirstSteps() throws Exception {
    String command =
        "bench step --no-inverse-form --width 4 --modules 1,1,1 --blocks 1 --stage1 1"
            + " --size 64x128 --threads 1 --steps "
            + Integer.getInteger("memory.steps", 300);

    // The optimising compiler takes and gives back megabytes whenever it pleases.
    Map<String, String> environment = Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    SubmitScript.Result result = new SubmitScript(folder).run(environment, command);

    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode resident = new ObjectMapper().readTree(result.out()).get("rss_mb");
    double first = resident.get(0).asDouble();
    assertThat(resident.get(1).asDouble()).isBetween((1 - SHARE) * first, (1 + SHARE) * first);
  }
}
