package io.inverseform.job.report;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.image.BufferedImage;

/**
 * Pictures and maps of one size, drawn in another: larger ones shrunk to fit the longest side,
 * smaller ones enlarged by a whole number.
 */
final class Thumbnails {
  private static final int ERROR = 0xFF3030;

  /** Evenly spaced, brighter from one to the next. */
  private static final int[] HEAT = {0x000004, 0x57106E, 0xBC3754, 0xF98C0A, 0xFCFFA4};

  private final int sourceWidth;
  private final int sourceHeight;
  private final int width;
  private final int height;

  /** Thumbnails of whatever has that many pixels; none of their sides is above maxSide. */
  Thumbnails(int sourceWidth, int sourceHeight, int maxSide) {
    this.sourceWidth = sourceWidth;
    this.sourceHeight = sourceHeight;
    int longest = Math.max(sourceWidth, sourceHeight);
    double scale = longest > maxSide ? maxSide / (double) longest : maxSide / longest;
    width = Math.max(1, (int) Math.round(sourceWidth * scale));
    height = Math.max(1, (int) Math.round(sourceHeight * scale));
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Colour of the source pixels in columns left to right and rows top to bottom, ends excluded. */
  private interface Block {
    int rgb(int left, int top, int right, int bottom);
  }

  /** A photograph: the mean of what falls on a pixel. */
  BufferedImage photograph(RgbPicture picture) {
    return draw((left, top, right, bottom) -> mean(picture, left, top, right, bottom));
  }

  /** Classes by colour: those in the middle of what falls on a pixel, since colours do not mix. */
  BufferedImage classes(LabelMap labels, Palette palette) {
    return draw(
        (left, top, right, bottom) ->
            palette.rgb(labels.id((left + right) / 2, (top + bottom) / 2)));
  }

  /**
   * Edges as grey: the highest of what falls on a pixel, so that thin lines stay.
   *
   * @param white the id that is drawn white
   */
  BufferedImage edges(LabelMap edges, int white) {
    return draw(
        (left, top, right, bottom) -> {
          int highest = 0;
          for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
              highest = Math.max(highest, edges.id(x, y));
            }
          }
          return 0x010101 * (highest * 255 / white);
        });
  }

  /**
   * A photograph in dim grey, redder the more of what falls on a pixel is predicted wrongly.
   * Ignored pixels are as dim as right ones.
   */
  BufferedImage errors(RgbPicture picture, LabelMap truth, LabelMap prediction, int classes) {
    return draw(
        (left, top, right, bottom) -> {
          int wrong = 0;
          for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
              int id = truth.id(x, y);
              wrong += id < classes && id != prediction.id(x, y) ? 1 : 0;
            }
          }
          int rgb = mean(picture, left, top, right, bottom);
          int grey = ((rgb >> 16 & 0xFF) + (rgb >> 8 & 0xFF) + (rgb & 0xFF)) / 6;
          return mixed(0x010101 * grey, ERROR, wrong / (double) ((right - left) * (bottom - top)));
        });
  }

  /** A map of 0 to 255 as shades from black over violet and orange to yellow. */
  BufferedImage heat(LabelMap map) {
    return draw(
        (left, top, right, bottom) -> {
          int sum = 0;
          for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
              sum += map.id(x, y);
            }
          }
          double place = sum / (255.0 * (right - left) * (bottom - top)) * (HEAT.length - 1);
          int below = Math.min((int) place, HEAT.length - 2);
          return mixed(HEAT[below], HEAT[below + 1], place - below);
        });
  }

  private static int mixed(int rgb, int other, double share) {
    int mixed = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int from = rgb >> shift & 0xFF;
      int to = other >> shift & 0xFF;
      mixed |= (int) Math.round(from + share * (to - from)) << shift;
    }
    return mixed;
  }

  private BufferedImage draw(Block block) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      int top = (int) ((long) y * sourceHeight / height);
      int bottom = Math.max(top + 1, (int) ((y + 1L) * sourceHeight / height));
      for (int x = 0; x < width; x++) {
        int left = (int) ((long) x * sourceWidth / width);
        int right = Math.max(left + 1, (int) ((x + 1L) * sourceWidth / width));
        image.setRGB(x, y, block.rgb(left, top, right, bottom));
      }
    }
    return image;
  }

  private static int mean(RgbPicture picture, int left, int top, int right, int bottom) {
    int[] sums = new int[3];
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        for (int c = 0; c < 3; c++) {
          sums[c] += picture.rgb()[(y * picture.width() + x) * 3 + c] & 0xFF;
        }
      }
    }
    int pixels = (right - left) * (bottom - top);
    return sums[0] / pixels << 16 | sums[1] / pixels << 8 | sums[2] / pixels;
  }
}
