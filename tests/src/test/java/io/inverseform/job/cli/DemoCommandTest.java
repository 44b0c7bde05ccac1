package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inverseform.job.Chromium;
import io.inverseform.job.ReadablePage;
import io.inverseform.job.SubmitScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, on few scenes and for few steps. */
@Tag("cluster")
class DemoCommandTest {
  private static final Pattern DRAWN = Pattern.compile("(?:curves|pictures): file:(\\S+\\.png)");

  private static final Pattern REPORT = Pattern.compile("(?m)^report: file:\\S+/report\\.html$");

  @TempDir private Path folder;

  @Test
  void aDemoEndsWithScoresAndPictures() throws Exception {
    SubmitScript.Result result =
        new SubmitScript(folder)
            .run(
                Map.of(),
                "demo --set synthesize.train=8 --set synthesize.val=2 --set train.max_steps=3"
                    + " --set pretrain.train.max_steps=3 --set pretrain.scored=12");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("traffic sign", "boundary F at 3 px; prior:")
        .containsPattern("step 3: loss [0-9.]+ at first, [0-9.]+ at last, mean_iou [0-9.]+");
    Matcher drawn = DRAWN.matcher(result.out());
    for (int i = 0; i < 2; i++) {
      assertThat(drawn.find()).as(result.out()).isTrue();
      assertThat(Files.size(Path.of(drawn.group(1)))).isGreaterThan(1000);
    }
    read(result.out());
  }

  /** What the demo leaves to read, as its first user sees it. */
  private void read(String out) throws Exception {
    Matcher named = REPORT.matcher(out);
    assertThat(named.results().count()).as("reports of pretrain and demo in " + out).isEqualTo(2);
    Path report = Path.of(out.replaceAll("(?s).*\nreport: file:(\\S+).*", "$1"));
    assertThat(Files.readString(report))
        .contains(
            "id=\"curves\"",
            "id=\"throughput\"",
            "id=\"scores-val\"",
            "id=\"confusion-val\"",
            "id=\"pictures-val\"",
            "id=\"configuration\"",
            "submit.sh demo --set synthesize.train=8");
    assumeTrue(Chromium.isInstalled(), "there is no chromium; Debian has a package of that name");
    try (Chromium browser = new Chromium(folder)) {
      ReadablePage.require(browser, report, "demo");
    }
  }
}
