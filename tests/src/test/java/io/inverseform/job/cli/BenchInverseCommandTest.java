package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class BenchInverseCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String arguments) {
    return Main.execute(new PrintWriter(out), new PrintWriter(err), arguments.split(" "));
  }

  @Test
  void everyCellIsAProcessAndEveryDistanceALineOfJsonAndARowOfTheTable(@TempDir Path folder)
      throws Exception {
    int exitCode =
        run(
            "bench inverse --networks none,small --transforms geodesic8 --tiles 16 --seconds 1"
                + " --processes 2 --set pretrain.scored=8 --set synthesize.train=4"
                + " --set synthesize.val=4 --out "
                + folder);

    assertThat(exitCode).as(err.toString()).isZero();
    List<String> distances = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      JsonNode row = new ObjectMapper().readTree(line);
      distances.add(row.get("distance").asText());
      for (String score : List.of("ordered", "points_back", "halved", "free_f_after")) {
        assertThat(row.get("scores").get(score).asDouble()).as(score).isBetween(0.0, 1.0);
      }
    }
    assertThat(distances)
        .containsExactlyInAnyOrder(
            "pixel_l1", "unlikeness", "untrained", "trained", "with_unlikeness");
    assertThat(folder.resolve("small-geodesic8-16.png")).isNotEmptyFile();
    assertThat(err.toString()).contains("small/geodesic8/16 is done").contains("F free");
  }

  @Test
  void tilesThatAreNoneAreRefusedBeforeAnythingRuns(@TempDir Path folder) {
    assertThat(run("bench inverse --tiles 3 --out " + folder)).isEqualTo(2);
    assertThat(err.toString()).contains("'tile' must be 4 to 1024 pixels, is 3");
  }

  @Test
  void noTimeIsRefused(@TempDir Path folder) {
    assertThat(run("bench inverse --seconds 0 --out " + folder)).isEqualTo(2);
    assertThat(err.toString()).contains("--seconds must be at least 1, is 0");
  }
}
