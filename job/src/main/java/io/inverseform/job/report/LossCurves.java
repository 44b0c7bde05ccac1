package io.inverseform.job.report;

import io.inverseform.job.train.RunFolder;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss, learning rate and validation scores of a run by step, as one PNG. */
public final class LossCurves {
  private static final int WIDTH = 1200;
  private static final int LOSS_HEIGHT = 560;
  private static final int SMALL_HEIGHT = 300;
  private static final int LEGEND_LINE = 25;

  /** More points than that are more than the pixels of a line. */
  private static final int MAX_POINTS = 2000;

  /** Spans of loss, highest by lowest, that read better on a logarithmic axis. */
  private static final double MIN_LOGARITHMIC = 100;

  private static final double MAX_LOGARITHMIC = 1_000_000;

  /** Of the total and the terms. Told apart with any colour vision; after Okabe and Ito. */
  private static final List<Color> COLOURS =
      Stream.of(0x222222, 0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x8B4513)
          .map(Color::new)
          .toList();

  private LossCurves() {}

  /**
   * Draws the curves into the run folder.
   *
   * @return their path
   * @throws DrawingException if no step has a loss, or this machine cannot draw text
   * @throws IOException if the metrics are damaged, or the file cannot be written
   */
  public static Path write(RunFolder run) throws IOException {
    StepMetrics metrics = StepMetrics.read(run);
    if (metrics.loss().size() == 0) {
      throw new DrawingException("no loss of any step in " + run.path() + ": nothing to draw");
    }
    Path file = new Path(run.path(), "curves.png");
    Png.write(run.fileSystem(), file, () -> draw(run.path().getName(), metrics));
    return file;
  }

  private static BufferedImage draw(String run, StepMetrics metrics) {
    List<XYChart> charts = new ArrayList<>();
    charts.add(losses(run, metrics));
    if (!metrics.validation().isEmpty()) {
      charts.add(scores(metrics));
    }
    if (metrics.learningRate().size() > 0) {
      charts.add(learningRate(metrics));
    }
    return stacked(charts);
  }

  private static XYChart losses(String run, StepMetrics metrics) {
    List<Curve> curves = new ArrayList<>(List.of(metrics.loss()));
    curves.addAll(metrics.terms());
    int height = Math.max(LOSS_HEIGHT, (curves.size() + 3) * LEGEND_LINE);
    String skipped =
        metrics.skipped() == 0 ? "" : "; %d steps left out".formatted(metrics.skipped());
    XYChart chart =
        chart(
            run + ": total loss, and its terms without weights" + skipped, "loss", metrics, height);
    double min = curves.stream().mapToDouble(Curve::min).min().orElseThrow();
    double max = curves.stream().mapToDouble(Curve::max).max().orElseThrow();
    if (min > 0 && max > MIN_LOGARITHMIC * min && max < MAX_LOGARITHMIC * min) {
      chart.getStyler().setYAxisLogarithmic(true);
    } else {
      chart.getStyler().setYAxisMin(Math.min(0, min));
    }
    List<String> terms = curves.stream().map(LossCurves::term).distinct().toList();
    for (Curve whole : curves) {
      Curve curve = whole.thinned(MAX_POINTS);
      Color pure = COLOURS.get(terms.indexOf(term(curve)) % COLOURS.size());
      Color colour = term(curve).equals(curve.name()) ? pure : paler(pure);
      Color faint = new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 60);
      add(chart, curve, curve.name() + " as measured", faint, 1).setShowInLegend(false);
      add(chart, curve.smoothed(curve.size() / 50), curve.name(), colour, 2);
    }
    return chart;
  }

  /** The term of main and auxiliary output alike: the latter has a paler shade of its colour. */
  private static String term(Curve curve) {
    return curve.name().substring(curve.name().lastIndexOf('.') + 1);
  }

  private static Color paler(Color colour) {
    return new Color(
        (colour.getRed() + 255) / 2, (colour.getGreen() + 255) / 2, (colour.getBlue() + 255) / 2);
  }

  private static XYChart scores(StepMetrics metrics) {
    List<Curve> curves = metrics.validation();
    int height = Math.max(SMALL_HEIGHT, (curves.size() + 3) * LEGEND_LINE);
    XYChart chart = chart("Validation", "score", metrics, height);
    chart
        .getStyler()
        .setYAxisMin(Math.min(0, curves.stream().mapToDouble(Curve::min).min().orElseThrow()));
    for (int i = 0; i < curves.size(); i++) {
      Color pure = COLOURS.get(i % COLOURS.size());
      Color colour = i < COLOURS.size() ? pure : paler(pure);
      add(chart, curves.get(i), curves.get(i).name(), colour, 2).setMarker(SeriesMarkers.CIRCLE);
    }
    return chart;
  }

  private static XYChart learningRate(StepMetrics metrics) {
    XYChart chart = chart("Learning rate", "learning rate", metrics, SMALL_HEIGHT);
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setYAxisMin(0.0);
    Curve curve = metrics.learningRate().thinned(MAX_POINTS);
    add(chart, curve, curve.name(), COLOURS.get(1), 2);
    return chart;
  }

  private static XYSeries add(XYChart chart, Curve curve, String name, Color colour, float width) {
    // XChart labels values at equal distances one by one; a gap makes it choose round numbers.
    double[] steps = Arrays.copyOf(curve.steps(), curve.size() + 1);
    steps[curve.size()] = steps[curve.size() - 1] + 0.5;
    double[] values = Arrays.copyOf(curve.values(), curve.size() + 1);
    values[curve.size()] = Double.NaN;
    XYSeries series = chart.addSeries(name, steps, values);
    series.setLineColor(colour);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    // A single step has no line.
    series.setMarker(curve.size() > 1 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
    series.setMarkerColor(colour);
    return series;
  }

  private static XYChart chart(String title, String yTitle, StepMetrics metrics, int height) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(height)
            .title(title)
            .xAxisTitle("step")
            .yAxisTitle(yTitle)
            .build();
    XYStyler styler = chart.getStyler();
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setPlotGridLinesColor(new Color(0xDDDDDD));
    styler.setPlotBorderVisible(false);
    styler.setXAxisMin(0.0);
    styler.setXAxisMax((double) metrics.lastStep());
    styler.setXAxisTickMarkSpacingHint(100);
    styler.setYAxisLeftWidthHint(100);
    styler.setXAxisDecimalPattern("0");
    styler.setYAxisDecimalPattern("0.########");
    return chart;
  }

  private static BufferedImage stacked(List<XYChart> charts) {
    int height = charts.stream().mapToInt(XYChart::getHeight).sum();
    BufferedImage image = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    for (XYChart chart : charts) {
      chart.paint(g, chart.getWidth(), chart.getHeight());
      g.translate(0, chart.getHeight());
    }
    g.dispose();
    return image;
  }
}
