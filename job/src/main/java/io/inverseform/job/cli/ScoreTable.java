package io.inverseform.job.cli;

import io.inverseform.job.evaluate.Scores;
import java.util.stream.Stream;

/** Scores of every class that occurs, of the prior and of the model side by side. */
record ScoreTable(Scores prior, Scores model) {
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder(row("", "IoU", "", "boundary F", ""));
    table.append(row("class", "prior", "model", "prior", "model"));
    for (int c = 0; c < model.classes().size(); c++) {
      if (model.classes().get(c).pixels() > 0) {
        table.append(
            row(
                model.classes().get(c).name(),
                Scores.number(prior.classes().get(c).iou()),
                Scores.number(model.classes().get(c).iou()),
                Scores.number(prior.boundary().f().get(c)),
                Scores.number(model.boundary().f().get(c))));
      }
    }
    return table
        .append(
            row(
                "mean",
                Scores.number(prior.meanIou()),
                Scores.number(model.meanIou()),
                Scores.number(prior.boundaryF()),
                Scores.number(model.boundaryF())))
        .append(
            "boundary F at %s; prior: the class most frequent at each position in split train%n"
                .formatted(model.boundary().tolerance()))
        .toString();
  }

  private static String row(String name, String... values) {
    return ("%-16s" + " %8s".repeat(values.length) + "%n")
        .formatted(Stream.concat(Stream.of(name), Stream.of(values)).toArray());
  }
}
