package io.inverseform.job.cli;

import io.inverseform.job.pretrain.Study;
import java.util.List;
import java.util.Locale;

/** The rows of a study for people. */
record StudyTable(List<Study.Row> rows) {
  private static final List<String> COLUMNS =
      List.of(
          "r2_least",
          "ordered",
          "points_back",
          "halved",
          "blur_cost",
          "contrast_cost",
          "free_loss",
          "free_f_before",
          "free_f_after",
          "free_bce_f_after");

  @Override
  public String toString() {
    StringBuilder table =
        new StringBuilder("%-32s %-10s %6s".formatted("cell", "distance", "steps"));
    COLUMNS.forEach(column -> table.append(" %s".formatted(column)));
    for (Study.Row row : rows) {
      table.append(
          "%n%-32s %-10s %6d".formatted(row.cell(), row.distance(), row.steps()));
      for (String column : COLUMNS) {
        Double value = row.scores().get(column);
        String text = value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
        table.append(" %" .concat(Math.max(5, column.length()) + "s").formatted(text));
      }
    }
    return table.toString();
  }
}
