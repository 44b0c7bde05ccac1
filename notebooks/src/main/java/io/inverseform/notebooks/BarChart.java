package io.inverseform.notebooks;

import java.awt.image.BufferedImage;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;

/** Numbers by name, as bars. */
public final class BarChart implements Drawing {
  private final CategoryChart chart;
  private int bars;

  /** An empty chart; titles of axes name the unit. */
  public BarChart(String title, String xTitle, String yTitle) {
    chart =
        new CategoryChartBuilder()
            .width(ChartStyle.WIDTH)
            .height(ChartStyle.HEIGHT)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    ChartStyle.apply(chart.getStyler());
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setLegendVisible(false);
  }

  /**
   * Adds a bar to each name.
   *
   * @return this chart
   */
  public BarChart add(String series, List<String> names, List<? extends Number> values) {
    CategorySeries added = chart.addSeries(series, names, values);
    added.setFillColor(Ink.COLOURS.get(bars++ % Ink.COLOURS.size()));
    chart.getStyler().setLegendVisible(bars > 1);
    return this;
  }

  /**
   * Bars by their order of magnitude: small ones stay visible beside large ones.
   *
   * @return this chart
   */
  public BarChart logarithmic() {
    chart.getStyler().setYAxisLogarithmic(true);
    return this;
  }

  @Override
  public BufferedImage image() {
    return BitmapEncoder.getBufferedImage(chart);
  }
}
