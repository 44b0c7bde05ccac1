package io.inverseform.job.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Loss, terms, validation and learning rate by step, those of several runs in one picture. */
record CurveSection(List<RunRecord> runs) {
  /** What names of terms of the auxiliary output begin with. */
  private static final String AUXILIARY = "aux.";

  /** Whether there is a curve at all. */
  boolean isEmpty() {
    return runs.stream().allMatch(run -> run.metrics().loss().size() == 0);
  }

  void draw(Html html) {
    legend(html);
    html.open("div", "class", "charts");
    chart(html, "loss, total", of(run -> List.of(run.metrics().loss())), Chart.Kind.LOSS);
    charts(html, "loss, ", of(run -> run.metrics().terms()), Chart.Kind.LOSS);
    charts(html, "validation, ", of(run -> run.metrics().validation()), Chart.Kind.STATE);
    chart(
        html, "learning rate", of(run -> List.of(run.metrics().learningRate())), Chart.Kind.STATE);
    html.close();
  }

  private void legend(Html html) {
    html.open("p", "class", "note key");
    if (runs.size() > 1) {
      for (int i = 0; i < runs.size(); i++) {
        html.element("span", runs.get(i).name(), "class", "run" + i + " text");
      }
    }
    boolean auxiliary = of(run -> run.metrics().terms()).stream().anyMatch(Chart.Line::auxiliary);
    html.text(
        "By step. Faint: as measured; strong: a moving mean. At the right: of losses the mean of"
            + " the last tenth, else the last value. Terms are without their weights."
            + (auxiliary ? " Dashed: the auxiliary output." : ""));
    for (RunRecord run : runs) {
      long skipped = run.metrics().skipped();
      if (skipped > 0) {
        html.text(
            " %s left %s out, since a gradient was not finite."
                .formatted(
                    run.name(), skipped == 1 ? "a step" : Figures.count(skipped) + " steps"));
      }
    }
    html.close();
  }

  private List<Chart.Line> of(Function<RunRecord, List<Curve>> curves) {
    List<Chart.Line> lines = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      for (Curve curve : curves.apply(runs.get(i))) {
        boolean auxiliary = curve.name().startsWith(AUXILIARY);
        if (curve.size() > 0) {
          lines.add(
              new Chart.Line(
                  i,
                  runs.get(i).name() + (auxiliary ? ", auxiliary output" : ""),
                  auxiliary,
                  curve));
        }
      }
    }
    return lines;
  }

  /** A chart for each name. */
  private void charts(Html html, String prefix, List<Chart.Line> lines, Chart.Kind kind) {
    Map<String, List<Chart.Line>> byName = new LinkedHashMap<>();
    for (Chart.Line line : lines) {
      String name = line.curve().name();
      String term = line.auxiliary() ? name.substring(AUXILIARY.length()) : name;
      byName.computeIfAbsent(term, key -> new ArrayList<>()).add(line);
    }
    byName.forEach((name, its) -> chart(html, prefix + name, its, kind));
  }

  private void chart(Html html, String title, List<Chart.Line> lines, Chart.Kind kind) {
    if (!lines.isEmpty()) {
      long last = runs.stream().mapToLong(run -> run.metrics().lastStep()).max().orElseThrow();
      new Chart(title, lines, last, kind).draw(html);
    }
  }
}
