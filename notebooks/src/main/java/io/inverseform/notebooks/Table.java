package io.inverseform.notebooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A small table for the reader.
 *
 * @param columns their names
 * @param rows as many texts each
 */
public record Table(List<String> columns, List<List<String>> rows) {
  /** Keeps the lists as they are now. */
  public Table {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
  }

  /** The first rows of a query's result; fractions with three digits. */
  public static Table of(Dataset<Row> result, int limit) {
    List<List<String>> rows = new ArrayList<>();
    for (Row row : result.takeAsList(limit)) {
      rows.add(IntStream.range(0, row.size()).mapToObj(i -> text(row.get(i))).toList());
    }
    return new Table(Arrays.asList(result.columns()), rows);
  }

  private static String text(Object value) {
    if (value instanceof Double || value instanceof Float) {
      return String.format(Locale.ROOT, "%.3f", value);
    }
    return value instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(value);
  }

  /** As an HTML table. */
  public String html() {
    return "<table><thead>"
        + line("th", columns)
        + "</thead><tbody>"
        + rows.stream().map(row -> line("td", row)).collect(Collectors.joining())
        + "</tbody></table>";
  }

  private static String line(String tag, List<String> cells) {
    return cells.stream()
        .map(cell -> "<" + tag + ">" + escaped(cell) + "</" + tag + ">")
        .collect(Collectors.joining("", "<tr>", "</tr>"));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** As text, columns separated by bars. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add(String.join(" | ", columns));
    rows.forEach(row -> lines.add(String.join(" | ", row)));
    return String.join("\n", lines);
  }
}
