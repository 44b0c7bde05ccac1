package io.inverseform.job.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WatchingPageTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `([^`]+)` \\| (gauge|counter) \\|", Pattern.MULTILINE);

  private final SparkMetrics metrics = new SparkMetrics(3);

  private static Set<String> ofRank(Set<String> names, String rank) {
    return names.stream()
        .filter(name -> name.startsWith("rank." + rank + "."))
        .map(name -> name.replace("rank." + rank + ".", "rank.N."))
        .collect(Collectors.toSet());
  }

  private Set<String> documented(String kind) throws Exception {
    return ROW.matcher(Files.readString(Path.of("..", "docs", "watching.md")))
        .results()
        .filter(row -> row.group(2).equals(kind))
        .map((MatchResult row) -> row.group(1))
        .collect(Collectors.toSet());
  }

  private static Set<String> general(Set<String> names) {
    return names.stream()
        .map(name -> name.replaceFirst("^rank\\.[0-9]+\\.", "rank.N."))
        .collect(Collectors.toSet());
  }

  @Test
  void thePageNamesTheMetricsThatThereAre() throws Exception {
    assertThat(documented("gauge"))
        .isEqualTo(general(metrics.metricRegistry().getGauges().keySet()));
    assertThat(documented("counter"))
        .isEqualTo(general(metrics.metricRegistry().getCounters().keySet()));
  }

  @Test
  void allRanksHaveTheSame() {
    Set<String> names = metrics.metricRegistry().getNames();
    assertThat(ofRank(names, "0")).hasSize(7).isEqualTo(ofRank(names, "1"));
    assertThat(ofRank(names, "0")).isEqualTo(ofRank(names, "2"));
    assertThat(ofRank(names, "3")).isEmpty();
  }
}
