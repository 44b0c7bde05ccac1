package io.inverseform.job.train;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.dataset.Sample;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.util.Arrays;

/**
 * A rectangle of the source picture and where it goes in the crop: the part of augmentation that
 * moves pixels. Depends on seed, epoch and sample alone.
 *
 * @param left source pixels
 * @param top source pixels
 * @param sourceWidth source pixels
 * @param sourceHeight source pixels
 * @param width columns of the scaled picture in the crop; the rest to the right is padding
 * @param height rows of the scaled picture in the crop; the rest below is padding
 * @param flip whether the crop is mirrored
 */
public record CropWindow(
    int left,
    int top,
    int sourceWidth,
    int sourceHeight,
    int width,
    int height,
    boolean flip,
    AugmentConfig config) {
  private static final long KEY = KeyedRandom.hash("augmentation");

  /** Draws scale, position and mirroring. */
  public static CropWindow draw(
      AugmentConfig config, Sample sample, long seed, int epoch, int index) {
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
    return new CropWindow(left, top, sourceWidth, sourceHeight, width, height, flip, config);
  }

  /** Source pixels that give a crop's side, or the whole side if the scaled picture is smaller. */
  private static int sourceSide(int crop, double scale, int side) {
    return Math.max(1, Math.min(side, (int) Math.round(crop / scale)));
  }

  /** Pixels of the crop that the scaled picture fills. */
  private static int cropSide(int crop, double scale, int side) {
    return Math.round(crop / scale) <= side ? crop : Math.max(1, (int) Math.round(side * scale));
  }

  /** The crop's train ids; padding is ignored. */
  public LabelMap labels(Sample sample) throws IOException {
    return scaled(sample.labelMap(), LabelMap.IGNORE);
  }

  /**
   * The crop's edges, 0 and 1; none in the padding.
   *
   * @param labels the crop's, from which the operator derives edges if the configuration says so
   */
  public LabelMap edges(Sample sample, LabelMap labels, EdgeOperator operator) throws IOException {
    return switch (config.edges()) {
      case STORED -> scaled(sample.edgeMap(), 0);
      case RECOMPUTE -> operator.edges(labels);
    };
  }

  /** The source pixels (sourceHeight, sourceWidth, 3), neither scaled nor mirrored. */
  byte[] cut(RgbPicture picture) {
    byte[] rgb = new byte[3 * sourceWidth * sourceHeight];
    for (int y = 0; y < sourceHeight; y++) {
      int from = 3 * ((top + y) * picture.width() + left);
      System.arraycopy(picture.rgb(), from, rgb, 3 * y * sourceWidth, 3 * sourceWidth);
    }
    return rgb;
  }

  /** Nearest source pixel by pixel centres, padded, mirrored if the crop is. */
  private LabelMap scaled(LabelMap map, int padding) {
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
