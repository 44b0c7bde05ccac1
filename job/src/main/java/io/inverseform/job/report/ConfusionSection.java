package io.inverseform.job.report;

import io.inverseform.job.evaluate.Scores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What is taken for what: a heat map of the classes, and the largest mistakes in words. */
record ConfusionSection(Scores scores) {
  /** More classes have no room for their names. */
  private static final int MAX_CLASSES = 32;

  private static final int MISTAKES = 10;

  private record Mistake(int truth, int prediction, long pixels, double share) {}

  void draw(Html html) {
    List<Integer> shown = shown();
    html.open("div", "class", "confusion");
    heatMap(html, shown);
    mistakes(html);
    html.close();
  }

  /** Classes that occur; of too many those with the most pixels on the wrong side. */
  private List<Integer> shown() {
    int classes = scores.classes().size();
    List<Integer> occurring =
        IntStream.range(0, classes)
            .filter(c -> scores.classes().get(c).pixels() + scores.classes().get(c).predicted() > 0)
            .boxed()
            .toList();
    return occurring.stream()
        .sorted(Comparator.comparingLong(this::wrong).reversed())
        .limit(MAX_CLASSES)
        .sorted()
        .toList();
  }

  private long wrong(int c) {
    return scores.classes().get(c).pixels()
        + scores.classes().get(c).predicted()
        - 2 * scores.confusion().get(c).get(c);
  }

  private void heatMap(Html html, List<Integer> shown) {
    html.open("table", "class", "heat" + (shown.size() > 12 ? " dense" : ""));
    html.element(
        "caption",
        "Share of each true class’s pixels (row) by predicted class (column), %"
            + (shown.size() == MAX_CLASSES ? "; the classes with the most errors" : ""));
    html.open("thead").open("tr").element("td", "");
    for (int c : shown) {
      html.open("th", "scope", "col").element("span", scores.classes().get(c).name()).close();
    }
    html.close().close().open("tbody");
    for (int truth : shown) {
      html.open("tr").element("th", scores.classes().get(truth).name(), "scope", "row");
      for (int prediction : shown) {
        cell(html, truth, prediction);
      }
      html.close();
    }
    html.close().close();
  }

  private void cell(Html html, int truth, int prediction) {
    double share = share(truth, prediction);
    String kind = truth == prediction ? "hit" : "miss";
    html.open(
        "td",
        "class",
        kind,
        "style",
        String.format(Locale.ROOT, "--share:%.1f%%", Double.isNaN(share) ? 0 : 100 * share),
        "title",
        "%s taken for %s: %s, %s pixels"
            .formatted(
                scores.classes().get(truth).name(),
                scores.classes().get(prediction).name(),
                Figures.percent(share),
                Figures.count(scores.confusion().get(truth).get(prediction))));
    html.element("span", share >= 0.005 ? "%.0f".formatted(100 * share) : "").close();
  }

  private double share(int truth, int prediction) {
    long pixels = scores.classes().get(truth).pixels();
    return pixels == 0
        ? Double.NaN
        : scores.confusion().get(truth).get(prediction) / (double) pixels;
  }

  private void mistakes(Html html) {
    List<Mistake> all = new ArrayList<>();
    for (int truth = 0; truth < scores.classes().size(); truth++) {
      for (int prediction = 0; prediction < scores.classes().size(); prediction++) {
        long pixels = scores.confusion().get(truth).get(prediction);
        if (truth != prediction && pixels > 0) {
          all.add(new Mistake(truth, prediction, pixels, share(truth, prediction)));
        }
      }
    }
    if (all.isEmpty()) {
      return;
    }
    all.sort(Comparator.comparingLong(Mistake::pixels).reversed());
    long total = all.stream().mapToLong(Mistake::pixels).sum();
    html.open("table", "class", "mistakes").element("caption", "Largest mistakes by pixels");
    html.open("thead").open("tr").element("th", "class", "scope", "col");
    html.element("th", "taken for", "scope", "col");
    html.element("th", "of class", "scope", "col", "class", "number");
    html.element("th", "of errors", "scope", "col", "class", "number");
    html.close().close().open("tbody");
    for (Mistake mistake : all.subList(0, Math.min(MISTAKES, all.size()))) {
      html.open("tr").element("th", scores.classes().get(mistake.truth()).name(), "scope", "row");
      html.element("td", scores.classes().get(mistake.prediction()).name());
      html.element("td", Figures.percent(mistake.share()), "class", "number");
      html.element("td", Figures.percent(mistake.pixels() / (double) total), "class", "number");
      html.close();
    }
    html.close().close();
  }
}
