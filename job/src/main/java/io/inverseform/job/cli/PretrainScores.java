package io.inverseform.job.cli;

import io.inverseform.job.pretrain.InverseTransform;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a pretraining came to, as a table: the trained network beside the network before it learned
 * and beside no network.
 */
record PretrainScores(Map<String, Double> scores) {
  private static final List<String> COLUMNS =
      List.of(InverseTransform.ORDERED, InverseTransform.RIGHT_DIRECTION, InverseTransform.HALVED);

  @Override
  public String toString() {
    StringBuilder table =
        new StringBuilder(
            "%-18s %8s %16s %8s%n".formatted("distance", "ordered", "right direction", "halved"));
    table.append(row("pixel L1", InverseTransform.PIXEL_L1));
    table.append(row("untrained network", InverseTransform.UNTRAINED));
    table.append(row("trained network", ""));
    table.append("R2:");
    scores.forEach(
        (name, value) -> {
          if (name.startsWith(InverseTransform.EXPLAINED)) {
            table.append(
                String.format(
                    Locale.ROOT,
                    " %s %.2f",
                    name.substring(InverseTransform.EXPLAINED.length()),
                    value));
          }
        });
    return table
        .append(
            "%nordered: tiles of whose two warps the longer one has the larger distance;%n"
                .formatted())
        .append(
            "right direction, halved: tiles whose warp ends shorter, at most half as long,%n"
                .formatted())
        .append("after descent on the distance")
        .toString();
  }

  private String row(String distance, String prefix) {
    Object[] values = COLUMNS.stream().map(column -> scores.get(prefix + column)).toArray();
    return String.format(Locale.ROOT, "%-18s", distance)
        + String.format(Locale.ROOT, " %8.3f %16.3f %8.3f%n", values);
  }
}
