package io.inverseform.job.report;

import java.util.Locale;

/**
 * The axes of a chart, and the shapes between them, as SVG. Whatever the chart's width, letters and
 * lines keep their size: places are percentages, and only the shapes stretch.
 */
record Frame(Ticks x, Ticks y) {
  /** Width and height of the shapes' own coordinates. */
  private static final double UNIT = 1000;

  /**
   * Begins the chart.
   *
   * @param description what is to be seen, for whoever does not see it
   */
  void open(Html html, String description) {
    html.open("svg", "class", "plot", "role", "img", "aria-label", description);
    for (Ticks.Tick tick : y.ticks()) {
      String at = percent(1 - tick.place());
      html.open("line", "class", "grid", "x2", "100%", "y1", at, "y2", at).close();
      html.element("text", tick.label(), "class", "y", "x", "-8", "y", at, "dy", "4");
    }
    for (Ticks.Tick tick : x.ticks()) {
      String end = tick.place() > 0.95 ? "x at-end" : tick.place() < 0.05 ? "x at-start" : "x";
      html.element(
          "text", tick.label(), "class", end, "x", percent(tick.place()), "y", "100%", "dy", "18");
    }
    html.open("svg", "viewBox", "0 0 1000 1000", "preserveAspectRatio", "none");
  }

  /** Ends the shapes; marks may follow. */
  void endShapes(Html html) {
    html.close();
  }

  /** A line through all points of a curve. */
  void line(Html html, Curve curve, String kind) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < curve.size(); i++) {
      point(points, curve.steps()[i], curve.values()[i]);
    }
    html.open("polyline", "class", "line " + kind, "points", points.toString().strip()).close();
  }

  /** What lies between two curves of the same steps. */
  void area(Html html, Curve low, Curve high, String kind) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < high.size(); i++) {
      point(points, high.steps()[i], high.values()[i]);
    }
    for (int i = low.size() - 1; i >= 0; i--) {
      point(points, low.steps()[i], low.values()[i]);
    }
    html.open("polygon", "class", "area " + kind, "points", points.toString().strip()).close();
  }

  /** A dot at each point of a curve; after the shapes, or they were stretched. */
  void dots(Html html, Curve curve, String kind) {
    for (int i = 0; i < curve.size(); i++) {
      html.open(
          "circle",
          "class",
          "dot " + kind,
          "r",
          "3",
          "cx",
          percent(x.place(curve.steps()[i])),
          "cy",
          percent(1 - y.place(curve.values()[i])));
      html.element(
          "title", "step %.0f: %s".formatted(curve.steps()[i], Figures.any(curve.values()[i])));
      html.close();
    }
  }

  private void point(StringBuilder points, double step, double value) {
    points.append(
        String.format(
            Locale.ROOT, "%.1f,%.1f ", UNIT * x.place(step), UNIT * (1 - y.place(value))));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }
}
