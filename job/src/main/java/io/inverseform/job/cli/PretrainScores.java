package io.inverseform.job.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a pretraining came to, as a table: the trained network beside the network before it learned
 * and beside no network.
 */
record PretrainScores(Map<String, Double> scores) {
  private static final List<String> COLUMNS = List.of("ordered", "right_direction", "halved");

  @Override
  public String toString() {
    StringBuilder table =
        new StringBuilder(
            "%-18s %8s %16s %8s%n".formatted("distance", "ordered", "right direction", "halved"));
    table.append(row("pixel L1", "pixel_l1_"));
    table.append(row("untrained network", "random_"));
    table.append(row("trained network", ""));
    table.append("R2:");
    scores.forEach(
        (name, value) -> {
          if (name.startsWith("r2_")) {
            table.append(String.format(Locale.ROOT, " %s %.2f", name.substring(3), value));
          }
        });
    return table
        .append(
            "%nordered: tiles of whose two warps the longer one has the larger distance;%n"
                .formatted())
        .append(
            "right direction, halved: tiles whose warp ends shorter, at most half as long,%n"
                .formatted())
        .append("after descent on the distance".formatted())
        .toString();
  }

  private String row(String distance, String prefix) {
    Object[] values = COLUMNS.stream().map(column -> scores.get(prefix + column)).toArray();
    return String.format(Locale.ROOT, "%-18s", distance)
        + String.format(Locale.ROOT, " %8.3f %16.3f %8.3f%n", values);
  }
}
