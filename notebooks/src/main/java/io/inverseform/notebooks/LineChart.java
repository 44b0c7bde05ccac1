package io.inverseform.notebooks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.image.BufferedImage;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Numbers against a number, as lines. */
public final class LineChart implements Drawing {
  private final XYChart chart;
  private int lines;

  /** An empty chart; titles of axes name the unit. */
  public LineChart(String title, String xTitle, String yTitle) {
    this(title, xTitle, yTitle, ChartStyle.WIDTH);
  }

  /**
   * An empty chart of another width.
   *
   * @param width pixels
   */
  public LineChart(String title, String xTitle, String yTitle, int width) {
    chart =
        new XYChartBuilder()
            .width(width)
            .height(ChartStyle.HEIGHT)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    ChartStyle.apply(chart.getStyler());
  }

  /**
   * Adds a line.
   *
   * @return this chart
   */
  public LineChart add(String name, double[] x, double[] y) {
    Color colour = Ink.COLOURS.get(lines++ % Ink.COLOURS.size());
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(colour);
    series.setLineStyle(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(colour);
    chart.getStyler().setLegendVisible(lines > 1);
    return this;
  }

  /**
   * Lets the vertical axis begin at 0.
   *
   * @return this chart
   */
  public LineChart fromZero() {
    chart.getStyler().setYAxisMin(0.0);
    return this;
  }

  @Override
  public BufferedImage image() {
    return BitmapEncoder.getBufferedImage(chart);
  }
}
