package io.inverseform.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/sql.md tells of all functions and of no others, and its queries run. */
class SqlPageTest {
  private static final Pattern QUERIES = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);

  @Test
  void itsTableIsTheTableOfFunctions() throws IOException {
    List<String> rows = page().lines().filter(line -> line.startsWith("| `")).toList();
    assertThat(rows).containsExactlyElementsOf(expectedRows().toList());
  }

  private static Stream<String> expectedRows() {
    return FunctionTable.all().stream()
        .filter(function -> !(function instanceof ScalarEntry scalar && scalar.isTolerant()))
        .map(SqlPageTest::row);
  }

  private static String row(SqlFunction function) {
    Signature signature = function.signature();
    boolean hasVariant = FunctionTable.named("try_" + function.name()) != null;
    return "| `%s%s` | `%s` | %s%s |"
        .formatted(
            hasVariant ? "[try_]" : "",
            signature.call(),
            signature.result().catalogString(),
            function instanceof AggregateEntry ? "Aggregate. " : "",
            signature.usage());
  }

  @Test
  void itsQueriesRun() throws IOException {
    Sample.table(Sample.random(6, 5))
        .selectExpr("concat('s', id) AS sample_id", "'val' AS split", "labels", "edges", "image")
        .createOrReplaceTempView("samples");
    Sample.table(Sample.random(6, 5))
        .selectExpr("concat('s', id) AS sample_id", "labels", "prediction")
        .createOrReplaceTempView("predictions");
    List<String> queries =
        QUERIES.matcher(page()).results().map(found -> found.group(1).strip()).toList();
    assertThat(queries).hasSizeGreaterThan(3);
    for (String query : queries) {
      assertThat(SqlSession.printed(query.replaceAll(";$", ""))).as(query).isNotEmpty();
    }
  }

  private static String page() throws IOException {
    return Files.readString(SubmitScript.ROOT.resolve("docs/sql.md"));
  }
}
