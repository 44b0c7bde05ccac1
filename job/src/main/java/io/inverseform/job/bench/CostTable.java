package io.inverseform.job.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A {@link CostModel} at 1 to 256 workers, and against one host with NCCL.
 *
 * @param gigabits lines of a host, Gbit/s and direction
 * @param roundTrips of a small sum between two workers, milliseconds
 */
public record CostTable(CostModel model, List<Double> gigabits, List<Double> roundTrips) {
  private static final List<Integer> WORKERS = List.of(1, 2, 4, 8, 16, 32, 64, 128, 256);
  private static final int MOST = 256;

  /**
   * @throws IllegalArgumentException if a line has no width, or a round trip takes less than no
   *     time
   */
  public CostTable {
    gigabits = List.copyOf(gigabits);
    roundTrips = List.copyOf(roundTrips);
    for (double gigabit : gigabits) {
      for (double roundTrip : roundTrips) {
        model.at(1, line(gigabit), roundTrip / 1e3);
      }
    }
  }

  private static double line(double gigabit) {
    return gigabit * 1e9 / 8;
  }

  private CostModel.Cost cost(int workers, double gigabit, double roundTrip) {
    return model.at(workers, line(gigabit), roundTrip / 1e3);
  }

  private OptionalInt beyondNccl(double gigabit, double roundTrip) {
    return model.workersBeyondNccl(line(gigabit), roundTrip / 1e3, MOST);
  }

  /** Tables in Markdown: one a line, then the number of workers that make more than NCCL's host. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    for (double gigabit : gigabits) {
      text.append("%s Gbit/s:\n\n".formatted(number(gigabit)))
          .append(
              "| executors | MB each way | network ms | arithmetic ms | copies ms | frames ms |"
                  + " exchange ms |")
          .append(each(ms -> " norms ms, trip %s |".formatted(number(ms))))
          .append(each(ms -> " efficiency, trip %s |".formatted(number(ms))))
          .append("\n|")
          .append("---|".repeat(7 + 2 * roundTrips.size()))
          .append('\n');
      for (int workers : WORKERS) {
        text.append(row(workers, gigabit)).append('\n');
      }
      text.append('\n');
    }
    return text.append(nccl()).toString();
  }

  private String row(int workers, double gigabit) {
    CostModel.Cost cost = cost(workers, gigabit, 0);
    return "| %d | %.0f | %s | %s | %s | %s | %s |"
            .formatted(
                workers,
                cost.bytes() / 1e6,
                ms(cost.network()),
                ms(cost.arithmetic()),
                ms(cost.copies()),
                ms(cost.frames()),
                ms(cost.exchange()))
        + each(trip -> " %s |".formatted(ms(cost(workers, gigabit, trip).norms())))
        + each(
            trip ->
                String.format(Locale.ROOT, " %.2f |", cost(workers, gigabit, trip).efficiency()));
  }

  private String nccl() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "One host of %d GPUs with NCCL makes %.2f times the images of one GPU. For more, take:\n\n| Gbit/s |",
                CostModel.NCCL_GPUS,
                model.ncclSpeedUp()));
    text.append(each(ms -> " executors, trip %s |".formatted(number(ms))))
        .append("\n|")
        .append("---|".repeat(1 + roundTrips.size()))
        .append('\n');
    for (double gigabit : gigabits) {
      text.append("| %s |".formatted(number(gigabit)))
          .append(
              each(
                  trip -> {
                    OptionalInt workers = beyondNccl(gigabit, trip);
                    return workers.isPresent()
                        ? " %d |".formatted(workers.getAsInt())
                        : " more than %d |".formatted(MOST);
                  }))
          .append('\n');
    }
    return text.toString();
  }

  private String each(Function<Double, String> cell) {
    return roundTrips.stream().map(cell).collect(Collectors.joining());
  }

  private static String ms(double seconds) {
    return String.format(Locale.ROOT, "%.0f", seconds * 1e3);
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** The same as rows by name, times in seconds; those of NCCL's host last. */
  public List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    forEach(
        (gigabit, trip) ->
            WORKERS.forEach(workers -> rows.add(row(cost(workers, gigabit, trip), gigabit, trip))));
    forEach(
        (gigabit, trip) -> {
          OptionalInt workers = beyondNccl(gigabit, trip);
          Map<String, Object> row = conditions(gigabit, trip);
          row.put("nccl_gpus", CostModel.NCCL_GPUS);
          row.put("speed_up", model.ncclSpeedUp());
          row.put("executors_beyond", workers.isPresent() ? workers.getAsInt() : null);
          rows.add(row);
        });
    return rows;
  }

  private interface Condition {
    void accept(double gigabit, double roundTrip);
  }

  private void forEach(Condition condition) {
    gigabits.forEach(gigabit -> roundTrips.forEach(trip -> condition.accept(gigabit, trip)));
  }

  private static Map<String, Object> conditions(double gigabit, double roundTrip) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("gbit_s", gigabit);
    row.put("round_trip_ms", roundTrip);
    return row;
  }

  private static Map<String, Object> row(CostModel.Cost cost, double gigabit, double roundTrip) {
    Map<String, Object> row = conditions(gigabit, roundTrip);
    row.put("executors", cost.workers());
    row.put("bytes_each_way", Math.round(cost.bytes()));
    row.put("network_s", cost.network());
    row.put("arithmetic_s", cost.arithmetic());
    row.put("copies_s", cost.copies());
    row.put("frames_s", cost.frames());
    row.put("exchange_s", cost.exchange());
    row.put("norms_s", cost.norms());
    row.put("efficiency", cost.efficiency());
    row.put("speed_up", cost.speedUp());
    return row;
  }
}
