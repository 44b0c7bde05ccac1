package io.inverseform.job.augment;

import io.inverseform.job.config.AugmentConfig;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/**
 * A rectangle of the source picture and where it goes in the crop: the part of augmentation that
 * moves pixels, the same for picture, labels and edges.
 *
 * <p>Scaling and cropping are those of HRNet's and MMSegmentation's recipes, in the opposite order:
 * only what a crop needs is scaled. A crop that goes beyond its picture is padded.
 *
 * @param source what the crop shows where it is not rotated
 * @param width columns of the scaled picture in the crop; the rest to the right is padding
 * @param height rows of the scaled picture in the crop; the rest below is padding
 * @param flip whether the picture is mirrored left to right
 * @param degrees by which the crop is rotated around its middle, clockwise
 */
public record CropWindow(
    Box source, int width, int height, boolean flip, double degrees, AugmentConfig config) {
  /** Crops drawn before one with too much of a class is taken, as in MMSegmentation. */
  private static final int TRIES = 10;

  /** Where a crop's pixel comes from: x and y of the source are affine in those of the crop. */
  private record Affine(double xx, double xy, double x0, double yx, double yy, double y0) {
    double x(double x, double y) {
      return xx * x + xy * y + x0;
    }

    double y(double x, double y) {
      return yx * x + yy * y + y0;
    }
  }

  /**
   * Draws scale, position, mirroring and rotation.
   *
   * @param labels train ids of the whole sample
   * @param focus what the crop must hold, a pixel of the sample; null for anywhere
   */
  public static CropWindow draw(
      AugmentConfig config, LabelMap labels, ClassCentroid focus, KeyedRandom random) {
    double scale =
        config.scaleMin() + random.nextDouble() * (config.scaleMax() - config.scaleMin());
    int sourceWidth = sourceSide(config.cropWidth(), scale, labels.width());
    int sourceHeight = sourceSide(config.cropHeight(), scale, labels.height());
    Box box = null;
    boolean taken = false;
    for (int attempt = 0; attempt < TRIES && !taken; attempt++) {
      int left = position(sourceWidth, labels.width(), focus == null ? -1 : focus.x(), random);
      int top = position(sourceHeight, labels.height(), focus == null ? -1 : focus.y(), random);
      box = new Box(left, top, sourceWidth, sourceHeight);
      taken = config.catMaxRatio() == 1 || box.isMixed(labels, config.catMaxRatio());
    }
    boolean flip = random.nextBoolean() && config.flip();
    double degrees = 0;
    if (config.rotation().share() > 0 && random.nextDouble() < config.rotation().share()) {
      degrees = config.rotation().degrees() * (2 * random.nextDouble() - 1);
    }
    int width = cropSide(config.cropWidth(), scale, labels.width());
    int height = cropSide(config.cropHeight(), scale, labels.height());
    CropWindow drawn = new CropWindow(box, width, height, flip, degrees, config);
    // A turn that would lose what the crop is for is left out.
    return focus == null || drawn.holds(focus.x(), focus.y())
        ? drawn
        : new CropWindow(box, width, height, flip, 0, config);
  }

  /** Whether a pixel of the source lies in the crop. */
  boolean holds(double sourceX, double sourceY) {
    Affine map = map();
    double x0 = map.x(0, 0);
    double y0 = map.y(0, 0);
    double xByX = map.x(1, 0) - x0;
    double xByY = map.x(0, 1) - x0;
    double yByX = map.y(1, 0) - y0;
    double yByY = map.y(0, 1) - y0;
    double determinant = xByX * yByY - xByY * yByX;
    double cropX = (yByY * (sourceX - x0) - xByY * (sourceY - y0)) / determinant;
    double cropY = (xByX * (sourceY - y0) - yByX * (sourceX - x0)) / determinant;
    return cropX >= 0 && cropX <= config.cropWidth() && cropY >= 0 && cropY <= config.cropHeight();
  }

  /** Source pixels that give a crop's side, or the whole side if the scaled picture is smaller. */
  private static int sourceSide(int crop, double scale, int side) {
    return Math.max(1, Math.min(side, (int) Math.round(crop / scale)));
  }

  /** Pixels of the crop that the scaled picture fills. */
  private static int cropSide(int crop, double scale, int side) {
    return Math.round(crop / scale) <= side ? crop : Math.max(1, (int) Math.round(side * scale));
  }

  /**
   * First source pixel of a crop.
   *
   * @param held pixel that the crop must hold; negative for none
   */
  private static int position(int window, int side, float held, KeyedRandom random) {
    int last = side - window;
    if (held < 0) {
      return random.nextInt(last + 1);
    }
    int from = Math.max(0, (int) held - window + 1);
    int to = Math.min(last, (int) held);
    return from + random.nextInt(to - from + 1);
  }

  boolean isRotated() {
    return degrees != 0;
  }

  /** Crop to source, both in pixels from the upper left corner. */
  private Affine map() {
    double scaleX = source.width() / (double) width;
    double scaleY = source.height() / (double) height;
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    double middleX = config.cropWidth() / 2.0;
    double middleY = config.cropHeight() / 2.0;
    // Turned back around the crop's middle, then mirrored within the scaled picture, then scaled.
    double turnedX0 = middleX - cos * middleX - sin * middleY;
    double turnedY0 = middleY + sin * middleX - cos * middleY;
    double sign = flip ? -1 : 1;
    return new Affine(
        scaleX * sign * cos,
        scaleX * sign * sin,
        source.left() + scaleX * (sign * turnedX0 + (flip ? width : 0)),
        -scaleY * sin,
        scaleY * cos,
        source.top() + scaleY * turnedY0);
  }

  /**
   * The source pixels that the crop is made of: {@link #source}, or what a rotated crop reaches.
   *
   * @param pictureWidth of the whole source, pixels
   * @param pictureHeight of the whole source, pixels
   */
  Box reach(int pictureWidth, int pictureHeight) {
    if (!isRotated()) {
      return source;
    }
    Affine map = map();
    double[] x = new double[4];
    double[] y = new double[4];
    for (int corner = 0; corner < 4; corner++) {
      double cropX = corner % 2 * config.cropWidth();
      double cropY = corner / 2 * config.cropHeight();
      x[corner] = map.x(cropX, cropY);
      y[corner] = map.y(cropX, cropY);
    }
    // A pixel more, for the neighbours that interpolation asks.
    int left = clipped(Math.floor(Arrays.stream(x).min().getAsDouble()) - 1, pictureWidth - 1);
    int right = clipped(Math.ceil(Arrays.stream(x).max().getAsDouble()) + 1, pictureWidth);
    int top = clipped(Math.floor(Arrays.stream(y).min().getAsDouble()) - 1, pictureHeight - 1);
    int bottom = clipped(Math.ceil(Arrays.stream(y).max().getAsDouble()) + 1, pictureHeight);
    return new Box(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
  }

  /** Where the crop's corners lie in the source, x and y, clockwise from the upper left. */
  double[][] corners() {
    Affine map = map();
    double right = isRotated() ? config.cropWidth() : width;
    double bottom = isRotated() ? config.cropHeight() : height;
    double[][] corners = {{0, 0}, {right, 0}, {right, bottom}, {0, bottom}};
    for (double[] corner : corners) {
      double x = corner[0];
      corner[0] = map.x(x, corner[1]);
      corner[1] = map.y(x, corner[1]);
    }
    return corners;
  }

  /** What was drawn, in words. */
  String words() {
    return String.format(
        Locale.ROOT,
        "x%.2f at (%d, %d)%s%s",
        width / (double) source.width(),
        source.left(),
        source.top(),
        flip ? ", mirrored" : "",
        isRotated() ? String.format(Locale.ROOT, ", rotated %+.1f\u00b0", degrees) : "");
  }

  private static int clipped(double value, int most) {
    return (int) Math.max(0, Math.min(most, value));
  }

  /**
   * Crop to a rectangle of the source, in coordinates that are -1 to 1 from border to border on
   * both sides: six numbers, row-major.
   */
  double[] theta(Box box) {
    Affine map = map();
    double halfWidth = config.cropWidth() / 2.0;
    double halfHeight = config.cropHeight() / 2.0;
    double toX = 2.0 / box.width();
    double toY = 2.0 / box.height();
    return new double[] {
      toX * map.xx() * halfWidth,
      toX * map.xy() * halfHeight,
      toX * (map.x(halfWidth, halfHeight) - box.left()) - 1,
      toY * map.yx() * halfWidth,
      toY * map.yy() * halfHeight,
      toY * (map.y(halfWidth, halfHeight) - box.top()) - 1
    };
  }

  /**
   * The crop's train ids; padding is ignored.
   *
   * @param labels of the whole sample
   */
  public LabelMap labels(LabelMap labels) {
    return moved(labels, LabelMap.IGNORE);
  }

  /**
   * The crop's edges, 0 and 1; none in the padding.
   *
   * @param edges of the whole sample; asked for where the configuration takes them
   * @param labels the crop's, from which the operator derives edges if the configuration says so
   */
  public LabelMap edges(EdgeSource edges, LabelMap labels, EdgeOperator operator)
      throws IOException {
    return switch (config.edges()) {
      case STORED -> moved(edges.edgeMap(), 0);
      case RECOMPUTE -> operator.edges(labels);
    };
  }

  /** Where stored edges come from. */
  @FunctionalInterface
  public interface EdgeSource {
    /** The edges of the whole sample, 0 and 1. */
    LabelMap edgeMap() throws IOException;
  }

  /** Nearest source pixel by pixel centres. */
  private LabelMap moved(LabelMap map, int padding) {
    byte[] out = new byte[config.cropWidth() * config.cropHeight()];
    Arrays.fill(out, (byte) padding);
    if (isRotated()) {
      rotate(map, out);
    } else {
      scale(map, out);
    }
    return new LabelMap(config.cropWidth(), config.cropHeight(), out);
  }

  private void scale(LabelMap map, byte[] out) {
    int[] column = new int[width];
    for (int x = 0; x < width; x++) {
      int target = flip ? width - 1 - x : x;
      column[target] = source.left() + (int) ((x + 0.5) * source.width() / width);
    }
    for (int y = 0; y < height; y++) {
      int row = (source.top() + (int) ((y + 0.5) * source.height() / height)) * map.width();
      int to = y * config.cropWidth();
      for (int x = 0; x < width; x++) {
        out[to + x] = map.ids()[row + column[x]];
      }
    }
  }

  private void rotate(LabelMap map, byte[] out) {
    Affine toSource = map();
    int at = 0;
    for (int y = 0; y < config.cropHeight(); y++) {
      for (int x = 0; x < config.cropWidth(); x++, at++) {
        double sourceX = toSource.x(x + 0.5, y + 0.5);
        double sourceY = toSource.y(x + 0.5, y + 0.5);
        boolean inside =
            sourceX >= 0 && sourceX < map.width() && sourceY >= 0 && sourceY < map.height();
        if (inside) {
          out[at] = map.ids()[(int) sourceY * map.width() + (int) sourceX];
        }
      }
    }
  }
}
