package io.inverseform.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Curves by step in one picture.
 *
 * @param title what is drawn
 * @param lines of one run or several, main and auxiliary output; of at least one step each
 * @param lastStep where the axis of steps ends
 * @param kind of all lines
 */
record Chart(String title, List<Line> lines, long lastStep, Kind kind) {
  /** What is drawn, and what is the one number to say of it. */
  enum Kind {
    /** Falls by orders of magnitude and is noisy: the mean of its last tenth. */
    LOSS,
    /** Is what it is: the last value. */
    STATE,
    /** Is the same all the time, but for disturbances: the median. */
    RATE
  }

  /** As many points as a wide screen has pixels for one of several charts. */
  private static final int MAX_POINTS = 600;

  /** Curves with fewer points are drawn as they are, those of more with a mean on top. */
  private static final int FEW = 50;

  /** Spans of values, highest by lowest, that read better on a logarithmic axis. */
  private static final double MIN_LOGARITHMIC = 100;

  private static final double MAX_LOGARITHMIC = 1_000_000;

  /**
   * A curve of a run.
   *
   * @param run from 0, which gives the colour
   * @param auxiliary of the auxiliary output: dashed
   */
  record Line(int run, String name, boolean auxiliary, Curve curve) {
    private String kind() {
      return "run" + run + (auxiliary ? " auxiliary" : "");
    }
  }

  /** Draws it as a figure. */
  void draw(Html html) {
    html.open("figure", "class", "chart");
    html.open("figcaption").element("span", title);
    html.open("span", "class", "last");
    for (Line line : lines) {
      if (!line.auxiliary()) {
        html.element("span", Figures.any(figure(line.curve())), "class", line.kind() + " text");
      }
    }
    html.close().close();
    html.open("div", "class", "axes");
    Frame frame = new Frame(Ticks.exactly(0, lastStep), values());
    frame.open(html, description());
    for (Line line : lines) {
      Curve thin = line.curve().thinned(MAX_POINTS);
      if (isLong(line.curve())) {
        frame.line(html, thin, line.kind() + " faint");
      }
    }
    for (Line line : lines) {
      frame.line(html, smooth(line.curve()), line.kind());
    }
    frame.endShapes(html);
    for (Line line : lines) {
      if (line.curve().size() <= FEW / 2) {
        frame.dots(html, line.curve(), line.kind());
      }
    }
    html.close().close().close();
  }

  private Ticks values() {
    double min = lines.stream().mapToDouble(line -> line.curve().min()).min().orElseThrow();
    double max = lines.stream().mapToDouble(line -> line.curve().max()).max().orElseThrow();
    return kind == Kind.LOSS
            && min > 0
            && max > MIN_LOGARITHMIC * min
            && max < MAX_LOGARITHMIC * min
        ? Ticks.around(min, max, true)
        : Ticks.around(Math.min(0, min), Math.max(0, max), false);
  }

  private static boolean isLong(Curve curve) {
    return curve.size() > FEW;
  }

  private static Curve smooth(Curve curve) {
    return isLong(curve) ? curve.smoothed(curve.size() / 50).thinned(MAX_POINTS / 2) : curve;
  }

  private double figure(Curve curve) {
    return switch (kind) {
      case LOSS -> curve.lastTenth();
      case STATE -> curve.values()[curve.size() - 1];
      case RATE -> curve.median();
    };
  }

  private String description() {
    List<String> parts = new ArrayList<>();
    for (Line line : lines) {
      Curve curve = line.curve();
      parts.add(
          String.format(
              Locale.ROOT,
              "%s %s at step %.0f, %s at step %.0f, %s to %s",
              line.name(),
              Figures.any(curve.values()[0]),
              curve.steps()[0],
              Figures.any(curve.values()[curve.size() - 1]),
              curve.steps()[curve.size() - 1],
              Figures.any(curve.min()),
              Figures.any(curve.max())));
    }
    return title + " by step: " + parts.stream().collect(Collectors.joining("; "));
  }
}
