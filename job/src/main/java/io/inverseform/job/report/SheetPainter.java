package io.inverseform.job.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Lays the picture sheet out: title, columns, a captioned row a picture, legend. */
final class SheetPainter {
  private static final int MIN_COLUMN = 240;
  private static final Color TEXT = new Color(0x222222);
  private static final Color FAINT_TEXT = new Color(0x666666);

  private final String title;
  private final List<SheetRow> rows;
  private final Legend legend;
  private final int column;
  private final int em;
  private final int columns;

  /** A sheet of at least one row. */
  SheetPainter(String title, List<SheetRow> rows, Legend legend) {
    this.title = title;
    this.rows = rows;
    this.legend = legend;
    column = Math.max(MIN_COLUMN, rows.stream().mapToInt(SheetRow::width).max().orElseThrow());
    columns = rows.get(0).panels().size();
    // Sheets are looked at as wide as a screen, so letters grow with the columns.
    em = column / 18;
  }

  /** The whole sheet. */
  BufferedImage paint() {
    int width = em + columns * (column + em);
    // A first pass over nothing finds the height.
    int height = paint(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), width);
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    paint(sheet, width);
    return sheet;
  }

  private int paint(BufferedImage sheet, int width) {
    Graphics2D g = sheet.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    int y = em + paintTitle(g, width);
    for (SheetRow row : rows) {
      y = paintRow(g, row, y);
    }
    y = paintLegend(g, y, width);
    g.dispose();
    return y;
  }

  private int paintTitle(Graphics2D g, int width) {
    g.setColor(TEXT);
    g.setFont(font(Font.BOLD, 1.2));
    g.drawString(shortened(title, g.getFontMetrics(), width - 2 * em), em, 2 * em);
    return 2 * em;
  }

  /** Returns where the next row begins. */
  private int paintRow(Graphics2D g, SheetRow row, int top) {
    int captionBase = top + em;
    int titleBase = captionBase + em * 3 / 2;
    int imageTop = titleBase + em / 2;
    g.setColor(TEXT);
    g.setFont(font(Font.BOLD, 1));
    g.drawString(row.place(), em, captionBase);
    int x = em + g.getFontMetrics().stringWidth(row.place() + "  ");
    g.setFont(font(Font.PLAIN, 1));
    FontMetrics metrics = g.getFontMetrics();
    int room = columns * (column + em) - x - metrics.stringWidth(row.scores());
    g.drawString(shortened(row.sampleId(), metrics, room) + ": " + row.scores(), x, captionBase);
    g.setColor(FAINT_TEXT);
    g.setFont(font(Font.PLAIN, 0.9));
    for (int i = 0; i < columns; i++) {
      int left = em + i * (column + em);
      g.drawString(row.panels().get(i).name(), left, titleBase);
      g.drawImage(row.panels().get(i).image(), left, imageTop, null);
    }
    return imageTop + row.height() + em;
  }

  /** Returns the sheet's height. */
  private int paintLegend(Graphics2D g, int top, int width) {
    g.setFont(font(Font.PLAIN, 0.9));
    FontMetrics metrics = g.getFontMetrics();
    int x = em;
    int y = top;
    for (Legend.Entry entry : legend.entries()) {
      int entryWidth = em * 3 / 2 + metrics.stringWidth(entry.name());
      if (x > em && x + entryWidth > width - em) {
        x = em;
        y += em * 3 / 2;
      }
      g.setColor(new Color(entry.rgb()));
      g.fillRect(x, y, em, em);
      g.setColor(FAINT_TEXT);
      g.drawRect(x, y, em, em);
      g.setColor(TEXT);
      g.drawString(entry.name(), x + em * 3 / 2, y + em - em / 8);
      x += entryWidth + em * 3 / 2;
    }
    return y + 2 * em;
  }

  private Font font(int style, double ems) {
    return new Font(Font.SANS_SERIF, style, (int) Math.round(em * ems));
  }

  /** The text, or as much of its end as fits: ids differ at their ends. */
  private static String shortened(String text, FontMetrics metrics, int width) {
    if (metrics.stringWidth(text) <= width) {
      return text;
    }
    String tail = text;
    while (!tail.isEmpty() && metrics.stringWidth("..." + tail) > width) {
      tail = tail.substring(1);
    }
    return "..." + tail;
  }
}
