package io.inverseform.job.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
      new Chart("images a second, all workers", rates, last, Chart.Kind.RATE).draw(html);
    }
    for (RunRecord run : runs) {
      if (!run.metrics().phases().isEmpty()) {
        split(html, run);
      }
    }
    html.close();
    html.open("div", "class", "tables");
    for (RunRecord run : runs) {
      if (!run.metrics().phases().isEmpty()) {
        table(html, run);
      }
    }
    html.close();
  }

  /** The phases of each step on top of each other. */
  private void split(Html html, RunRecord run) {
    List<Curve> phases = run.metrics().phases();
    html.open("figure", "class", "chart");
    html.element("figcaption", "seconds of a step, rank 0" + of(run));
    html.open("div", "class", "axes");
    Frame frame =
        new Frame(
            Ticks.exactly(0, run.metrics().lastStep()),
            Ticks.around(0, total(phases).percentile(1 - OUTLIERS) * 1.1, false));
    frame.open(html, "seconds of a step by phase, on top of each other; the table has their sums");
    Curve below = null;
    for (int i = 0; i < phases.size(); i++) {
      Curve phase = phases.get(i).thinned(MAX_POINTS);
      Curve low =
          below == null ? new Curve(phase.name(), phase.steps(), new double[phase.size()]) : below;
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

  private static Curve total(List<Curve> phases) {
    return phases.stream().reduce(ThroughputSection::sum).orElseThrow();
  }

  private void table(Html html, RunRecord run) {
    List<Curve> phases = run.metrics().phases();
    html.open("table", "class", "phases");
    html.element("caption", "Where the time of a step goes, rank 0" + of(run));
    html.open("thead").open("tr").element("th", "phase", "scope", "col");
    for (String title : List.of("median", "95 % within", "share")) {
      html.element("th", title, "scope", "col", "class", "number");
    }
    html.close().close().open("tbody");
    for (Curve phase : phases) {
      row(html, "", phase, run.metrics().seconds());
    }
    row(html, "mean", total(phases), run.metrics().seconds());
    html.close().close();
  }

  private String of(RunRecord run) {
    return runs.size() > 1 ? ", " + run.name() : "";
  }

  private static void row(Html html, String kind, Curve phase, double all) {
    String name = kind.isEmpty() ? phase.name() : "step";
    html.open("tr", "class", kind).element("th", name, "scope", "row");
    html.element("td", Figures.seconds(phase.median()), "class", "number");
    html.element("td", Figures.seconds(phase.percentile(0.95)), "class", "number");
    double share = Arrays.stream(phase.values()).sum() / all;
    html.element("td", Figures.percent(share), "class", "number").close();
  }
}
