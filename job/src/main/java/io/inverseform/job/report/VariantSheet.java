package io.inverseform.job.report;

import io.inverseform.job.augment.Variant;
import io.inverseform.job.dataset.Sample;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.Overlay;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A sheet of samples and of what augmentation makes of them, as one PNG: for every sample three
 * rows (picture, labels in colours, edges over the picture), the source first, in which the crops
 * are outlined, and a column a variant.
 */
public final class VariantSheet {
  private static final int MAX_SIDE = 360;
  private static final int GAP = 12;
  private static final int LINE = 16;
  private static final int WORDS = 2;
  private static final Overlay EDGES = new Overlay(0xFFEE00, 0.6);
  private static final Color TEXT = new Color(0x222222);
  private static final Color FAINT_TEXT = new Color(0x666666);
  private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font BOLD = new Font(Font.SANS_SERIF, Font.BOLD, 14);

  /** Of the crops' outlines and of their numbers. */
  private static final List<Color> OUTLINES =
      List.of(
          new Color(0xE6194B),
          new Color(0x3CB44B),
          new Color(0x4363D8),
          new Color(0xF58231),
          new Color(0x911EB4),
          new Color(0x008080));

  private final String title;
  private final Palette palette;
  private final List<Row> rows = new ArrayList<>();
  private final List<LabelMap> maps = new ArrayList<>();
  private final ClassCatalogue catalogue;

  private record Row(String caption, List<Column> columns) {}

  /**
   * A column of a row.
   *
   * @param images picture, labels, edges
   */
  private record Column(String words, Color colour, List<BufferedImage> images) {}

  /** An empty sheet. */
  public VariantSheet(String title, ClassCatalogue catalogue) {
    this.title = title;
    this.catalogue = catalogue;
    palette = Palette.of(catalogue);
  }

  /**
   * Adds a sample.
   *
   * @throws IOException naming the sample, if it cannot be decoded
   */
  public void add(Sample sample, List<Variant> variants) throws IOException {
    RgbPicture picture = sample.picture();
    List<Column> columns = new ArrayList<>();
    columns.add(column("source", TEXT, picture, sample.labelMap(), sample.edgeMap()));
    BufferedImage source = columns.get(0).images().get(0);
    outline(source, source.getWidth() / (double) picture.width(), variants);
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      columns.add(
          column(
              "%d: %s".formatted(i + 1, variant.words()),
              OUTLINES.get(i % OUTLINES.size()),
              variant.picture(),
              variant.labels(),
              variant.edges()));
    }
    String caption = "%s, %dx%d".formatted(sample.id(), picture.width(), picture.height());
    rows.add(new Row(caption, columns));
  }

  private Column column(
      String words, Color colour, RgbPicture picture, LabelMap labels, LabelMap edges) {
    maps.add(labels);
    Thumbnails thumbnails = new Thumbnails(picture.width(), picture.height(), MAX_SIDE);
    return new Column(
        words,
        colour,
        List.of(
            thumbnails.photograph(picture),
            thumbnails.classes(labels, palette),
            thumbnails.photograph(EDGES.draw(edges, picture))));
  }

  private static void outline(BufferedImage source, double scale, List<Variant> variants) {
    Graphics2D g = graphics(source);
    g.setStroke(new BasicStroke(2));
    for (int i = 0; i < variants.size(); i++) {
      Path2D.Double path = new Path2D.Double();
      double[][] corners = variants.get(i).corners();
      path.moveTo(corners[0][0] * scale, corners[0][1] * scale);
      for (int corner = 1; corner < corners.length; corner++) {
        path.lineTo(corners[corner][0] * scale, corners[corner][1] * scale);
      }
      path.closePath();
      g.setColor(OUTLINES.get(i % OUTLINES.size()));
      g.draw(path);
    }
    g.dispose();
  }

  /**
   * Draws and writes the sheet, in place of an older one; at least one sample has been added.
   *
   * @throws DrawingException if this machine cannot draw text
   */
  public void write(FileSystem fileSystem, Path file) throws IOException {
    Png.write(fileSystem, file, this::paint);
  }

  private BufferedImage paint() {
    int columns = rows.stream().mapToInt(row -> row.columns().size()).max().orElseThrow();
    int width = GAP + columns * (MAX_SIDE + GAP);
    // A first pass over nothing finds the height.
    int height = paint(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), width);
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    paint(sheet, width);
    return sheet;
  }

  private int paint(BufferedImage sheet, int width) {
    Graphics2D g = graphics(sheet);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    g.setColor(TEXT);
    g.setFont(BOLD);
    g.drawString(title, GAP, GAP + LINE);
    int y = 2 * GAP + LINE;
    for (Row row : rows) {
      y = paint(g, row, y);
    }
    y = paintLegend(g, y, width);
    g.dispose();
    return y;
  }

  /** Returns where the next row begins. */
  private int paint(Graphics2D g, Row row, int top) {
    g.setFont(BOLD);
    g.setColor(TEXT);
    g.drawString(row.caption(), GAP, top + LINE);
    int wordsTop = top + LINE + GAP / 2;
    int imagesTop = wordsTop + WORDS * LINE + GAP / 2;
    int bottom = imagesTop;
    for (int c = 0; c < row.columns().size(); c++) {
      Column column = row.columns().get(c);
      int x = GAP + c * (MAX_SIDE + GAP);
      g.setFont(PLAIN);
      g.setColor(column.colour());
      List<String> lines = lines(column.words(), g.getFontMetrics());
      for (int i = 0; i < lines.size(); i++) {
        g.drawString(lines.get(i), x, wordsTop + (i + 1) * LINE - 3);
      }
      int y = imagesTop;
      for (BufferedImage image : column.images()) {
        g.drawImage(image, x, y, null);
        y += image.getHeight() + 4;
      }
      bottom = Math.max(bottom, y);
    }
    return bottom + GAP;
  }

  /** The words on as many lines as there are, the last one cut. */
  private static List<String> lines(String words, FontMetrics metrics) {
    List<String> lines = new ArrayList<>();
    String rest = words;
    while (!rest.isEmpty() && lines.size() < WORDS) {
      int end = rest.length();
      while (metrics.stringWidth(rest.substring(0, end)) > MAX_SIDE) {
        int space = rest.lastIndexOf(' ', end - 1);
        end = space > 0 ? space : end - 1;
      }
      boolean cut = lines.size() == WORDS - 1 && end < rest.length();
      lines.add(rest.substring(0, end) + (cut ? " ..." : ""));
      rest = rest.substring(end).strip();
    }
    return lines;
  }

  /** Returns the sheet's height. */
  private int paintLegend(Graphics2D g, int top, int width) {
    g.setFont(PLAIN);
    int x = GAP;
    int y = top;
    for (Legend.Entry entry : Legend.of(catalogue, maps).entries()) {
      int entryWidth = LINE + 6 + g.getFontMetrics().stringWidth(entry.name());
      if (x > GAP && x + entryWidth > width - GAP) {
        x = GAP;
        y += LINE + 6;
      }
      g.setColor(new Color(entry.rgb()));
      g.fillRect(x, y, LINE, LINE);
      g.setColor(FAINT_TEXT);
      g.drawRect(x, y, LINE, LINE);
      g.setColor(TEXT);
      g.drawString(entry.name(), x + LINE + 6, y + LINE - 3);
      x += entryWidth + LINE;
    }
    return y + LINE + GAP;
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    return g;
  }
}
