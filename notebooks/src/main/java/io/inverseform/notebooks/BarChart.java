package io.inverseform.notebooks;

import java.awt.image.BufferedImage;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.Styler.LegendPosition;

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
    // Beside the bars it would take the room of their names.
    chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
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

  @Override
  public BufferedImage image() {
    return BitmapEncoder.getBufferedImage(chart);
  }
}
