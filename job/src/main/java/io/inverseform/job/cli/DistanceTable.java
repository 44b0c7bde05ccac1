package io.inverseform.job.cli;

import io.inverseform.job.pretrain.Study;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What distances can teach, as a table. */
record DistanceTable(List<Study.Row> rows) {
  private static final String EXPLAINED = "r2_";

  /** Header and the score's name. */
  private record Column(String header, String score) {
    String cell(String text) {
      return ("  %" + Math.max(5, header.length()) + "s").formatted(text);
    }
  }

  private static final List<Column> COLUMNS =
      List.of(
          new Column("ordered", "ordered"),
          new Column("back", "points_back"),
          new Column("halved", "halved"),
          new Column("blur", "blur_cost"),
          new Column("pale", "contrast_cost"),
          new Column("F", "free_f_before"),
          new Column("F free", "free_f_after"),
          new Column("loss free", "free_loss"),
          new Column("F with bce", "free_bce_f_after"));

  private static final String LEGEND =
      """

      R2: least share of explained variance among the network's numbers.
      ordered: tiles of whose two warps the longer one has the larger distance.
      back, halved: tiles where the gradient over the warp points away from the true place, and
        whose warp is at most half as long after descent.
      blur, pale: distance of the blurred true map, and of it at 3/5 of its contrast, over that of
        the map shifted by 2 pixels; below 1 is right.
      F, F free, loss free, F with bce: F of the warped map's pixels; after descent over every pixel
        on the distance alone, and the share of the distance that is left; after descent on binary
        cross-entropy and the distance. A distance that vanishes while F stays is fooled.\
      """;

  @Override
  public String toString() {
    int name = rows.stream().mapToInt(row -> row.cell().length()).max().orElse(0);
    String first = "%-" + Math.max(4, name) + "s %-13s %7s %6s";
    String header =
        first.formatted("cell", "distance", "steps", "R2")
            + COLUMNS.stream().map(c -> c.cell(c.header())).collect(Collectors.joining());
    return header
        + rows.stream()
            .map(row -> "%n".formatted() + line(first, row))
            .collect(Collectors.joining())
        + LEGEND;
  }

  private static String line(String first, Study.Row row) {
    Map<String, Double> scores = row.scores();
    double least =
        scores.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(EXPLAINED))
            .mapToDouble(Map.Entry::getValue)
            .min()
            .orElse(Double.NaN);
    StringBuilder line =
        new StringBuilder(first.formatted(row.cell(), row.distance(), row.steps(), number(least)));
    for (Column column : COLUMNS) {
      line.append(column.cell(number(scores.getOrDefault(column.score(), Double.NaN))));
    }
    return line.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }
}
