package io.inverseform.job.cli;

import io.inverseform.job.evaluate.Scores;
import java.util.Locale;
import java.util.stream.Stream;

/** Scores of every class that occurs, of the prior and of the model side by side. */
record ScoreTable(Scores prior, Scores model) {
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder(row("", "IoU", "", "boundary F", ""));
    table.append(row("class", "prior", "model", "prior", "model"));
    for (int c = 0; c < model.classes().size(); c++) {
      if (model.matrix().truths(c) > 0) {
        table.append(
            row(
                model.classes().get(c),
                number(prior.matrix().iou()[c]),
                number(model.matrix().iou()[c]),
                number(prior.boundary().f()[c]),
                number(model.boundary().f()[c])));
      }
    }
    return table
        .append(
            row(
                "mean",
                number(prior.meanIou()),
                number(model.meanIou()),
                number(prior.boundaryF()),
                number(model.boundaryF())))
        .append(
            "boundary F within %d pixels; prior: the class most frequent at each position in split train%n"
                .formatted(model.boundary().tolerance()))
        .toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String row(String name, String... values) {
    return ("%-16s" + " %8s".repeat(values.length) + "%n")
        .formatted(Stream.concat(Stream.of(name), Stream.of(values)).toArray());
  }
}
