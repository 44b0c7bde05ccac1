package io.inverseform.notebooks;

import java.awt.Color;
import java.awt.Font;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** How charts look: as wide as a notebook's page, few lines, large letters. */
final class ChartStyle {
  static final int WIDTH = 900;
  static final int HEIGHT = 380;

  private ChartStyle() {}

  static void apply(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(Ink.font(Font.BOLD, 16));
    styler.setAxisTitleFont(Ink.font(Font.PLAIN, 14));
    styler.setAxisTickLabelsFont(Ink.font(Font.PLAIN, 13));
    styler.setLegendFont(Ink.font(Font.PLAIN, 14));
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setPlotGridLinesColor(new Color(0xDDDDDD));
    styler.setPlotBorderVisible(false);
  }
}
