package io.inverseform.job.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A score of several things, in a row each: with those of another run beside and the difference,
 * or, where there is none, with a bar.
 *
 * @param first what the rows are of, such as "class"
 * @param base name of the other run, if there is one
 * @param name of the run
 */
record MetricTable(String title, String first, Optional<String> base, String name, List<Row> rows) {
  /**
   * A row.
   *
   * @param base 0..1; NaN where there is none
   * @param value 0..1; NaN where there is none
   * @param mean whether it sums up the others
   */
  record Row(String name, double base, double value, boolean mean) {}

  void draw(Html html) {
    html.open("table", "class", "metric");
    html.element("caption", title);
    html.open("thead").open("tr");
    html.element("th", first, "scope", "col");
    base.ifPresent(other -> html.element("th", other, "scope", "col", "class", "number"));
    html.element("th", name, "scope", "col", "class", "number");
    html.element(
        "th", base.isPresent() ? "difference" : "", "scope", "col", "class", "number last");
    html.close().close().open("tbody");
    for (Row row : rows) {
      html.open("tr", "class", row.mean() ? "mean" : "");
      html.element("th", row.name(), "scope", "row");
      if (base.isPresent()) {
        html.element("td", Figures.score(row.base()), "class", "number other");
        html.element("td", Figures.score(row.value()), "class", "number");
        difference(html, "td", row.value() - row.base());
      } else {
        html.element("td", Figures.score(row.value()), "class", "number");
        html.open("td", "class", "bar");
        double width = Double.isNaN(row.value()) ? 0 : 100 * row.value();
        html.element("span", "", "style", String.format(Locale.ROOT, "width:%.1f%%", width));
        html.close();
      }
      html.close();
    }
    html.close().close();
  }

  /** A signed difference, coloured where it shows. */
  static void difference(Html html, String tag, double difference) {
    String kind =
        switch (Figures.sign(difference)) {
          case 1 -> "number better";
          case -1 -> "number worse";
          default -> "number same";
        };
    html.element(tag, Figures.difference(difference), "class", kind);
  }
}
