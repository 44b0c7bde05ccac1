package io.inverseform.job.report;

import io.inverseform.job.evaluate.BoundaryScore;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.score.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one wants to know first, of a run or of several side by side.
 *
 * @param previous of a single run, by split
 */
record Summary(List<RunRecord> runs, Map<String, PreviousRun> previous) {
  /**
   * A line of it.
   *
   * @param values a text for each run
   * @param difference of a score of 0..1 to the one before; NaN where there is none
   */
  private record Fact(String name, List<String> values, double difference) {}

  void draw(Html html) {
    List<Fact> facts = new ArrayList<>();
    for (String split : splits()) {
      List<Optional<Scores>> scores =
          runs.stream().map(run -> Optional.ofNullable(run.scores().get(split))).toList();
      Optional<Scores> base =
          runs.size() > 1
              ? scores.get(0)
              : Optional.ofNullable(previous.get(split)).map(PreviousRun::scores);
      facts.add(score("mean IoU, " + split, scores, base, Scores::meanIou));
      Optional<Tolerance> tolerance =
          scores.get(scores.size() - 1).or(() -> base).map(its -> its.boundary().tolerance());
      facts.add(
          score(
              "boundary F, " + split,
              scores,
              base,
              its -> tolerance.map(distance -> boundaryF(its, distance)).orElse(Double.NaN)));
    }
    if (runs.stream().anyMatch(run -> run.metrics().count() > 0)) {
      fact(facts, "loss at the end", run -> Figures.any(run.metrics().loss().lastTenth()));
      fact(facts, "images a second", run -> Figures.any(run.metrics().imagesPerSecond().median()));
      fact(facts, "steps", run -> Figures.count(run.metrics().lastStep()));
      fact(facts, "time in steps", run -> Figures.duration(run.metrics().seconds()));
      fact(facts, "epochs", run -> Figures.count(run.metrics().epochs()));
      if (runs.stream().anyMatch(run -> run.metrics().attempts() > 1)) {
        fact(facts, "attempts", run -> Figures.count(run.metrics().attempts()));
      }
    }
    if (runs.size() == 1) {
      large(html, facts);
    } else {
      table(html, facts);
    }
  }

  /** At another distance it is another score. */
  private static double boundaryF(Scores scores, Tolerance tolerance) {
    return scores.boundaries().stream()
        .filter(its -> its.tolerance().equals(tolerance))
        .mapToDouble(BoundaryScore::mean)
        .findFirst()
        .orElse(Double.NaN);
  }

  private List<String> splits() {
    return runs.stream().flatMap(run -> run.scores().keySet().stream()).distinct().toList();
  }

  private interface Score {
    double of(Scores scores);
  }

  private static Fact score(
      String name, List<Optional<Scores>> scores, Optional<Scores> base, Score measure) {
    return new Fact(
        name,
        scores.stream().map(its -> Figures.score(of(its, measure))).toList(),
        of(scores.get(scores.size() - 1), measure) - of(base, measure));
  }

  private static double of(Optional<Scores> scores, Score measure) {
    return scores.map(measure::of).orElse(Double.NaN);
  }

  private interface Text {
    String of(RunRecord run);
  }

  private void fact(List<Fact> facts, String name, Text text) {
    facts.add(new Fact(name, runs.stream().map(text::of).toList(), Double.NaN));
  }

  private static void large(Html html, List<Fact> facts) {
    html.open("dl", "class", "facts");
    for (Fact fact : facts) {
      html.open("div").element("dt", fact.name()).open("dd").text(fact.values().get(0));
      if (!Double.isNaN(fact.difference())) {
        html.text(" ");
        MetricTable.difference(html, "small", fact.difference());
      }
      html.close().close();
    }
    html.close();
  }

  private void table(Html html, List<Fact> facts) {
    html.open("table", "class", "summary").open("thead").open("tr");
    html.element("th", "", "scope", "col");
    for (int i = 0; i < runs.size(); i++) {
      html.open("th", "scope", "col", "class", "number");
      html.element("span", runs.get(i).name(), "class", "run" + i + " text").close();
    }
    html.element("th", "difference", "scope", "col", "class", "number last").close().close();
    html.open("tbody");
    for (Fact fact : facts) {
      html.open("tr").element("th", fact.name(), "scope", "row");
      fact.values().forEach(value -> html.element("td", value, "class", "number"));
      if (Double.isNaN(fact.difference())) {
        html.element("td", "");
      } else {
        MetricTable.difference(html, "td", fact.difference());
      }
      html.close();
    }
    html.close().close();
  }
}
