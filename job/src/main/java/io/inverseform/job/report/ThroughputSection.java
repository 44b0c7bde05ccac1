package io.inverseform.job.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Images a second, and what the time of a step goes to. */
record ThroughputSection(List<RunRecord> runs) {
  private static final int MAX_POINTS = 300;

  /** Share of the steps that the axis of seconds leaves to outliers, such as the first one. */
  private static final double OUTLIERS = 0.02;

  boolean isEmpty() {
    return runs.stream().allMatch(run -> run.metrics().phases().isEmpty());
  }

  void draw(Html html) {
    html.open("div", "class", "charts");
    List<Chart.Line> rates = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Curve rate = runs.get(i).metrics().imagesPerSecond();
      if (rate.size() > 0) {
        rates.add(new Chart.Line(i, runs.get(i).name(), false, rate));
      }
    }
    if (!rates.isEmpty()) {
      long last = runs.stream().mapToLong(run -> run.metrics().lastStep()).max().orElseThrow();
      new Chart("images a second, all workers", rates, last).draw(html);
    }
    for (RunRecord run : runs) {
      if (!run.metrics().phases().isEmpty()) {
        split(html, run);
      }
    }
    html.close();
    table(html);
  }

  /** The phases of each step on top of each other. */
  private void split(Html html, RunRecord run) {
    List<Curve> phases = run.metrics().phases();
    html.open("figure", "class", "chart");
    html.element(
        "figcaption", "seconds of a step, rank 0" + (runs.size() > 1 ? ", " + run.name() : ""));
    html.open("div", "class", "axes");
    Frame frame =
        new Frame(
            Ticks.exactly(0, run.metrics().lastStep()),
            Ticks.around(0, percentile(totals(phases), 1 - OUTLIERS) * 1.1, false));
    frame.open(html, "seconds of a step by phase, on top of each other; the table has their sums");
    Curve below = null;
    for (int i = 0; i < phases.size(); i++) {
      Curve phase = phases.get(i).thinned(MAX_POINTS);
      Curve low =
          below == null
              ? new Curve(phase.name(), phase.steps(), new double[phase.size()])
              : below;
      Curve high = sum(low, phase);
      frame.area(html, low, high, "phase" + i);
      below = high;
    }
    frame.endShapes(html);
    html.close().close();
    html.open("p", "class", "key");
    for (int i = 0; i < phases.size(); i++) {
      html.open("span").element("span", "", "class", "swatch phase" + i);
      html.text(phases.get(i).name()).close();
    }
    html.close().close();
  }

  private static Curve sum(Curve low, Curve more) {
    double[] sums = new double[more.size()];
    Arrays.setAll(sums, i -> low.values()[i] + more.values()[i]);
    return new Curve(more.name(), more.steps(), sums);
  }

  private static double[] totals(List<Curve> phases) {
    double[] sums = new double[phases.get(0).size()];
    for (Curve phase : phases) {
      for (int i = 0; i < Math.min(sums.length, phase.size()); i++) {
        sums[i] += phase.values()[i];
      }
    }
    return sums;
  }

  /** The value below which that share of the values lies. */
  static double percentile(double[] values, double share) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
  }

  private void table(Html html) {
    html.open("table", "class", "phases");
    html.element("caption", "Where the time of a step goes, rank 0");
    html.open("thead").open("tr").element("th", "phase", "scope", "col");
    for (RunRecord run : runs) {
      String of = runs.size() > 1 ? ", " + run.name() : "";
      Stream.of("median", "95 % within", "share")
          .forEach(title -> html.element("th", title + of, "scope", "col", "class", "number"));
    }
    html.close().close().open("tbody");
    List<String> names =
        runs.stream().flatMap(run -> run.metrics().phases().stream()).map(Curve::name).distinct().toList();
    for (String name : names) {
      html.open("tr").element("th", name, "scope", "row");
      for (RunRecord run : runs) {
        double[] seconds =
            run.metrics().phases().stream()
                .filter(phase -> phase.name().equals(name))
                .findFirst()
                .map(Curve::values)
                .orElse(new double[0]);
        row(html, seconds, Arrays.stream(seconds).sum() / all(run));
      }
      html.close();
    }
    html.open("tr", "class", "mean").element("th", "step", "scope", "row");
    for (RunRecord run : runs) {
      List<Curve> phases = run.metrics().phases();
      row(html, phases.isEmpty() ? new double[0] : totals(phases), phases.isEmpty() ? Double.NaN : 1);
    }
    html.close().close().close();
  }

  private static void row(Html html, double[] seconds, double share) {
    html.element("td", Figures.seconds(percentile(seconds, 0.5)), "class", "number");
    html.element("td", Figures.seconds(percentile(seconds, 0.95)), "class", "number");
    html.element("td", Figures.percent(share), "class", "number");
  }

  private static double all(RunRecord run) {
    return run.metrics().phases().stream().flatMapToDouble(p -> Arrays.stream(p.values())).sum();
  }
}
