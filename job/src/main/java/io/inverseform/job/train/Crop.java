package io.inverseform.job.train;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.dataset.RgbPicture;
import io.inverseform.job.dataset.Sample;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.util.Arrays;

/**
 * One augmented sample before it meets the device: the source pixels of its crop, unscaled, and
 * labels and edges at the crop's size. What a sample becomes depends on seed, epoch and sample
 * alone.
 *
 * @param rgb (sourceHeight, sourceWidth, 3) unsigned bytes
 * @param height rows of the scaled picture in the crop; the rest below is padding
 * @param width columns of the scaled picture in the crop; the rest to the right is padding
 * @param flip whether the picture has still to be mirrored; labels and edges are
 * @param labels (cropHeight, cropWidth) train ids
 * @param edges (cropHeight, cropWidth) 0 and 1
 */
record Crop(
    byte[] rgb,
    int sourceHeight,
    int sourceWidth,
    int height,
    int width,
    boolean flip,
    byte[] labels,
    byte[] edges) {
  private static final long KEY = KeyedRandom.hash("augmentation");

  /** Draws and cuts a crop. */
  static Crop of(
      Sample sample, AugmentConfig config, EdgeOperator operator, long seed, int epoch, int index)
      throws IOException {
    KeyedRandom random = new KeyedRandom(seed, KEY, epoch, index);
    double scale =
        config.scaleMin() + random.nextDouble() * (config.scaleMax() - config.scaleMin());
    int sourceWidth = sourceSide(config.cropWidth(), scale, sample.width());
    int sourceHeight = sourceSide(config.cropHeight(), scale, sample.height());
    int left = random.nextInt(sample.width() - sourceWidth + 1);
    int top = random.nextInt(sample.height() - sourceHeight + 1);
    boolean flip = random.nextBoolean() && config.flip();
    int width = cropSide(config.cropWidth(), scale, sample.width());
    int height = cropSide(config.cropHeight(), scale, sample.height());

    Window window = new Window(left, top, sourceWidth, sourceHeight, width, height, flip, config);
    LabelMap labels = window.scaled(sample.labelMap(), LabelMap.IGNORE);
    LabelMap edges =
        switch (config.edges()) {
          case STORED -> window.scaled(sample.edgeMap(), 0);
          case RECOMPUTE -> operator.edges(labels);
        };
    return new Crop(
        window.cut(sample.picture()),
        sourceHeight,
        sourceWidth,
        height,
        width,
        flip,
        labels.ids(),
        edges.ids());
  }

  /** Source pixels that give a crop's side, or the whole side if the scaled picture is smaller. */
  private static int sourceSide(int crop, double scale, int side) {
    return Math.max(1, Math.min(side, (int) Math.round(crop / scale)));
  }

  /** Pixels of the crop that the scaled picture fills. */
  private static int cropSide(int crop, double scale, int side) {
    return Math.round(crop / scale) <= side ? crop : Math.max(1, (int) Math.round(side * scale));
  }

  /** A rectangle of the source and where it goes. */
  private record Window(
      int left,
      int top,
      int sourceWidth,
      int sourceHeight,
      int width,
      int height,
      boolean flip,
      AugmentConfig config) {
    byte[] cut(RgbPicture picture) {
      byte[] rgb = new byte[3 * sourceWidth * sourceHeight];
      for (int y = 0; y < sourceHeight; y++) {
        int from = 3 * ((top + y) * picture.width() + left);
        System.arraycopy(picture.rgb(), from, rgb, 3 * y * sourceWidth, 3 * sourceWidth);
      }
      return rgb;
    }

    /** Nearest source pixel by pixel centres, padded, mirrored if the crop is. */
    LabelMap scaled(LabelMap map, int padding) {
      byte[] out = new byte[config.cropWidth() * config.cropHeight()];
      Arrays.fill(out, (byte) padding);
      int[] column = new int[width];
      for (int x = 0; x < width; x++) {
        int target = flip ? width - 1 - x : x;
        column[target] = left + (int) ((x + 0.5) * sourceWidth / width);
      }
      for (int y = 0; y < height; y++) {
        int row = (top + (int) ((y + 0.5) * sourceHeight / height)) * map.width();
        int to = y * config.cropWidth();
        for (int x = 0; x < width; x++) {
          out[to + x] = map.ids()[row + column[x]];
        }
      }
      return new LabelMap(config.cropWidth(), config.cropHeight(), out);
    }
  }
}
