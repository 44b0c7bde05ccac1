package io.inverseform.notebooks;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Pictures in rows, each with its caption above. */
public final class Gallery implements Drawing {
  private static final int GAP = 12;
  private static final int LETTERS = 15;
  private static final int LINE = LETTERS + 5;
  private static final Color FRAME = new Color(0xBBBBBB);

  private record Item(String caption, BufferedImage image) {}

  private final int columns;
  private final List<Item> items = new ArrayList<>();

  /**
   * An empty gallery.
   *
   * @param columns pictures in a row, at least 1
   */
  public Gallery(int columns) {
    if (columns < 1) {
      throw new IllegalArgumentException("a gallery has 1 column or more, not " + columns);
    }
    this.columns = columns;
  }

  /**
   * Adds a picture behind the others.
   *
   * @param caption broken into lines where it is wider than the picture
   * @return this gallery
   */
  public Gallery add(String caption, BufferedImage image) {
    items.add(new Item(caption, image));
    return this;
  }

  /**
   * All pictures on one sheet.
   *
   * @throws IllegalStateException if there is none
   */
  @Override
  public BufferedImage image() {
    if (items.isEmpty()) {
      throw new IllegalStateException("a gallery without pictures cannot be drawn");
    }
    int column = items.stream().mapToInt(item -> item.image().getWidth()).max().orElseThrow();
    int width = Math.min(columns, items.size()) * (column + GAP) - GAP;
    // A first pass over nothing finds the height.
    int height = draw(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), column);
    BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    draw(sheet, column);
    return sheet;
  }

  private int draw(BufferedImage sheet, int column) {
    Graphics2D g = Ink.on(sheet);
    g.setFont(Ink.font(Font.PLAIN, LETTERS));
    int top = 0;
    for (int from = 0; from < items.size(); from += columns) {
      List<Item> row = items.subList(from, Math.min(from + columns, items.size()));
      top = drawRow(g, row, column, top) + GAP;
    }
    g.dispose();
    return top - GAP;
  }

  /** Returns where the row ends. */
  private static int drawRow(Graphics2D g, List<Item> row, int column, int top) {
    int captionLines =
        row.stream()
            .mapToInt(item -> lines(item.caption(), g.getFontMetrics(), column).size())
            .max()
            .orElseThrow();
    int under = top + captionLines * LINE + 3;
    int end = under;
    for (int i = 0; i < row.size(); i++) {
      int left = i * (column + GAP);
      BufferedImage image = row.get(i).image();
      List<String> lines = lines(row.get(i).caption(), g.getFontMetrics(), column);
      g.setColor(Ink.TEXT);
      for (int line = 0; line < lines.size(); line++) {
        g.drawString(lines.get(line), left, under - 8 - (lines.size() - 1 - line) * LINE);
      }
      g.drawImage(image, left, under, null);
      g.setColor(FRAME);
      g.drawRect(left, under, image.getWidth() - 1, image.getHeight() - 1);
      end = Math.max(end, under + image.getHeight());
    }
    return end;
  }

  private static List<String> lines(String caption, FontMetrics metrics, int width) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : caption.split(" ")) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && metrics.stringWidth(longer) > width) {
        lines.add(line);
        longer = word;
      }
      line = longer;
    }
    lines.add(line);
    return lines;
  }
}
