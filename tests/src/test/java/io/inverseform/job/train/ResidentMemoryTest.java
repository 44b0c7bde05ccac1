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
        "bench memory --no-inverse-form --width 4 --modules 1,1,1 --blocks 1 --stage1 1"
            + " --size 64x128 --threads 1 --steps "
            + Integer.getInteger("memory.steps", 300);

    SubmitScript.Result result = new SubmitScript(folder).run(Map.of(), command);

    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode resident = new ObjectMapper().readTree(result.out()).get("rss_mb");
    double settled = resident.get("settled").asDouble();
    for (String key : new String[] {"least", "most", "end"}) {
      assertThat(resident.get(key).asDouble())
          .as(key)
          .isBetween((1 - SHARE) * settled, (1 + SHARE) * settled);
    }
  }
}
