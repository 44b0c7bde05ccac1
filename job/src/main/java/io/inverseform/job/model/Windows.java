package io.inverseform.job.model;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ViewsConfig;

/**
 * The windows of one scale that cover a picture.
 *
 * @param height of the scaled picture
 * @param width of the scaled picture
 * @param tops first rows of the windows, ascending
 * @param lefts first columns of the windows, ascending
 * @param windowHeight of all windows
 * @param windowWidth of all windows
 */
record Windows(int height, int width, int[] tops, int[] lefts, int windowHeight, int windowWidth) {
  /**
   * The windows over a picture, which is the only one where none are configured.
   *
   * @param minSide least side that the network takes; a picture that becomes smaller is scaled up
   * @throws ConfigException if a window is larger than the scaled picture
   */
  static Windows of(ViewsConfig views, double scale, int height, int width, int minSide) {
    int scaledHeight = Math.max(minSide, (int) Math.round(height * scale));
    int scaledWidth = Math.max(minSide, (int) Math.round(width * scale));
    if (!views.sliding()) {
      return new Windows(
          scaledHeight, scaledWidth, new int[1], new int[1], scaledHeight, scaledWidth);
    }
    int windowHeight = views.window().get(0);
    int windowWidth = views.window().get(1);
    if (windowHeight > scaledHeight || windowWidth > scaledWidth) {
      throw new ConfigException(
          "a window of %dx%d is larger than the picture, %dx%d at scale %s: set evaluate.views.window to a smaller one or, for whole pictures, to []; an exported archive keeps the views that it was exported with"
              .formatted(windowWidth, windowHeight, scaledWidth, scaledHeight, scale));
    }
    return new Windows(
        scaledHeight,
        scaledWidth,
        starts(scaledHeight, windowHeight, views.steps().get(0)),
        starts(scaledWidth, windowWidth, views.steps().get(1)),
        windowHeight,
        windowWidth);
  }

  /** The last one ends with the side. */
  private static int[] starts(int side, int window, int stride) {
    int[] starts = new int[(side - window + stride - 1) / stride + 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = Math.min(i * stride, side - window);
    }
    return starts;
  }

  int count() {
    return tops.length * lefts.length;
  }

  /** In how many windows each pixel of the scaled picture is, row by row. */
  float[] cover() {
    int[] rows = cover(height, tops, windowHeight);
    int[] columns = cover(width, lefts, windowWidth);
    float[] cover = new float[height * width];
    for (int i = 0; i < cover.length; i++) {
      cover[i] = rows[i / width] * columns[i % width];
    }
    return cover;
  }

  private static int[] cover(int side, int[] starts, int window) {
    int[] cover = new int[side];
    for (int start : starts) {
      for (int i = start; i < start + window; i++) {
        cover[i]++;
      }
    }
    return cover;
  }
}
