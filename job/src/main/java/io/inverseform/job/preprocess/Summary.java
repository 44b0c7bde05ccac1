package io.inverseform.job.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.dataset.Rejected;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a preprocessing run made.
 *
 * @param table qualified path
 * @param classes names by train id
 * @param reasons a rejected picture's path and why, by path
 * @param work what was done for it
 * @param taskSeconds of all tasks, by what they were spent with
 */
public record Summary(
    String table,
    List<String> classes,
    List<Split> splits,
    Map<String, String> reasons,
    Work work,
    Map<String, Double> taskSeconds) {
  private static final int SHOWN_REASONS = 5;

  /**
   * What a run did.
   *
   * @param prepared pictures that were new or had changed
   * @param unchanged pictures whose samples were there
   * @param removed pictures that were in the table, and are no longer in the source
   * @param files of the table
   * @param filesWritten by this run
   * @param seconds wall time from listing to the published table
   */
  public record Work(
      long prepared, long unchanged, long removed, long files, long filesWritten, double seconds) {}

  /**
   * Counts of a split.
   *
   * @param samples pictures in the table
   * @param rejected pictures left out
   * @param imageBytes of the picture files
   * @param pixels of all samples
   * @param edgePixels of all samples
   * @param pixelsPerClass by train id; what is missing to {@code pixels} is ignored
   */
  public record Split(
      String name,
      long samples,
      long rejected,
      long imageBytes,
      long pixels,
      long edgePixels,
      long[] pixelsPerClass) {
    /** Share of pixels that are edges, 0..1. */
    public double edgeShare() {
      return pixels == 0 ? 0 : (double) edgePixels / pixels;
    }

    /** Share of a class among all pixels, 0..1. */
    public double classShare(int trainId) {
      return pixels == 0 ? 0 : (double) pixelsPerClass[trainId] / pixels;
    }

    /** Share of pixels in no class, 0..1. */
    public double ignoredShare() {
      long counted = 0;
      for (long count : pixelsPerClass) {
        counted += count;
      }
      return pixels == 0 ? 0 : 1 - (double) counted / pixels;
    }
  }

  static Summary of(
      String table,
      List<String> classes,
      Map<String, SplitCount> counts,
      List<Rejected> rejected,
      Work work,
      TaskTimes times) {
    Map<String, Long> rejectedBySplit = new TreeMap<>();
    Map<String, String> reasons = new TreeMap<>();
    for (Rejected picture : rejected) {
      rejectedBySplit.merge(picture.split(), 1L, Long::sum);
      reasons.put(picture.source(), picture.reason());
    }
    List<Split> splits = new ArrayList<>();
    new TreeMap<>(counts)
        .forEach(
            (split, count) ->
                splits.add(
                    new Split(
                        split,
                        count.samples(),
                        rejectedBySplit.getOrDefault(split, 0L),
                        count.imageBytes(),
                        count.pixels(),
                        count.edgePixels(),
                        count.pixelsPerClass())));
    return new Summary(table, classes, splits, reasons, work, times.seconds());
  }

  /** Samples of all splits. */
  public long samples() {
    return splits.stream().mapToLong(Split::samples).sum();
  }

  /** Rejected pictures of all splits. */
  public long rejected() {
    return splits.stream().mapToLong(Split::rejected).sum();
  }

  /** The summary as JSON. */
  public String json() {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a summary of plain records is always valid JSON", e);
    }
  }

  /** A table for the console: a column per split, shares in percent. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    row(text, "", splits.stream().map(Split::name).toList());
    row(text, "samples", splits.stream().map(s -> Long.toString(s.samples())).toList());
    row(text, "rejected", splits.stream().map(s -> Long.toString(s.rejected())).toList());
    row(text, "picture MB", splits.stream().map(s -> number(s.imageBytes() / 1e6)).toList());
    row(text, "edges %", splits.stream().map(s -> number(100 * s.edgeShare())).toList());
    for (int c = 0; c < classes.size(); c++) {
      int trainId = c;
      if (splits.stream().anyMatch(s -> s.pixelsPerClass()[trainId] > 0)) {
        row(
            text,
            classes.get(c) + " %",
            splits.stream().map(s -> number(100 * s.classShare(trainId))).toList());
      }
    }
    row(text, "ignored %", splits.stream().map(s -> number(100 * s.ignoredShare())).toList());
    text.append(
        String.format(
            Locale.ROOT,
            "%d samples, %d prepared, %d unchanged, %d removed; %d of %d files written, in %.1f s"
                + " (%.1f images/s): %s%n",
            samples(),
            work.prepared(),
            work.unchanged(),
            work.removed(),
            work.filesWritten(),
            work.files(),
            work.seconds(),
            work.prepared() / work.seconds(),
            table));
    double taskTime = taskSeconds.values().stream().mapToDouble(Double::doubleValue).sum();
    if (taskTime > 0) {
      text.append(
          taskSeconds.entrySet().stream()
              .map(
                  part -> part.getKey() + " " + Math.round(100 * part.getValue() / taskTime) + " %")
              .collect(Collectors.joining(", ", "task time: ", System.lineSeparator())));
    }
    reasons.entrySet().stream()
        .limit(SHOWN_REASONS)
        .forEach(e -> text.append(String.format("rejected %s: %s%n", e.getKey(), e.getValue())));
    if (reasons.size() > SHOWN_REASONS) {
      text.append(
          String.format("and %d more in %s/rejected%n", reasons.size() - SHOWN_REASONS, table));
    }
    return text.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static void row(StringBuilder text, String name, List<String> cells) {
    text.append(String.format("%-16s", name));
    cells.forEach(cell -> text.append(String.format("%12s", cell)));
    text.append(System.lineSeparator());
  }
}
