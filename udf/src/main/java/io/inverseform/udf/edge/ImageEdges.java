package io.inverseform.udf.edge;

import io.inverseform.udf.label.LabelMap;
import java.io.Serializable;

/**
 * Edges of a colour picture, for data without labels: Sobel's gradient magnitude of the luma, and a
 * threshold that is fixed or chosen for each picture by Otsu's method. The frame is no edge.
 */
public final class ImageEdges implements Serializable {
  private static final long serialVersionUID = 1;

  /** Largest gradient magnitude of 8-bit luma. */
  public static final double MAX_THRESHOLD = 255 * SobelEdges.MAX_THRESHOLD;

  /** The least square of a magnitude that is an edge, from the squares of all pixels. */
  private interface LeastSquare extends Serializable {
    int of(int[] squares);
  }

  private final LeastSquare leastSquare;

  private ImageEdges(LeastSquare leastSquare) {
    this.leastSquare = leastSquare;
  }

  /**
   * Edges at least this steep.
   *
   * @param threshold gradient magnitude of luma 0 to 255, above 0 and at most {@link
   *     #MAX_THRESHOLD}
   * @throws IllegalArgumentException if every pixel or none would reach the threshold
   */
  public static ImageEdges above(double threshold) {
    int square = Steepness.SOBEL.leastSquare(threshold, 255);
    return new ImageEdges(squares -> square);
  }

  /**
   * Edges above the magnitude that best separates the picture's own magnitudes into two groups
   * (Otsu, "A threshold selection method from gray-level histograms", 1979), magnitudes rounded
   * down. A picture whose magnitudes are all alike has no edges.
   */
  public static ImageEdges otsu() {
    return new ImageEdges(Otsu::leastSquare);
  }

  /**
   * The edge map of a picture: 1 at edges, 0 elsewhere.
   *
   * @param width pixels, positive
   * @param height pixels, positive
   * @param rgb (H, W, 3) unsigned sRGB, row by row from the top
   * @throws IllegalArgumentException if the array does not fill the picture
   */
  public LabelMap edges(int width, int height, byte[] rgb) {
    if (width <= 0 || height <= 0 || 3L * width * height != rgb.length) {
      throw new IllegalArgumentException(
          "a " + width + "x" + height + " RGB picture cannot hold " + rgb.length + " bytes");
    }
    int[] squares = squares(width, height, luma(rgb));
    int least = leastSquare.of(squares);
    byte[] edges = new byte[squares.length];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = (byte) (squares[i] >= least ? 1 : 0);
    }
    return new LabelMap(width, height, edges);
  }

  /** Luma by ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B, rounded. */
  private static int[] luma(byte[] rgb) {
    int[] luma = new int[rgb.length / 3];
    for (int i = 0; i < luma.length; i++) {
      int red = rgb[3 * i] & 0xFF;
      int green = rgb[3 * i + 1] & 0xFF;
      int blue = rgb[3 * i + 2] & 0xFF;
      luma[i] = (299 * red + 587 * green + 114 * blue + 500) / 1000;
    }
    return luma;
  }

  private static int[] squares(int width, int height, int[] luma) {
    int[] squares = new int[luma.length];
    for (int y = 0; y < height; y++) {
      int row = y * width;
      int above = Border.REPEAT.before(y, height) * width;
      int below = Border.REPEAT.after(y, height) * width;
      for (int x = 0; x < width; x++) {
        int left = Math.max(x - 1, 0);
        int right = Math.min(x + 1, width - 1);
        int falling = luma[below + right] - luma[above + left];
        int rising = luma[above + right] - luma[below + left];
        int gx = rising + falling + 2 * (luma[row + right] - luma[row + left]);
        int gy = falling - rising + 2 * (luma[below + x] - luma[above + x]);
        squares[row + x] = gx * gx + gy * gy;
      }
    }
    return squares;
  }
}
