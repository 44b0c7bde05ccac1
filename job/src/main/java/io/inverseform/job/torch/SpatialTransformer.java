package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Warps images by affine maps or homographies (Jaderberg et al., "Spatial Transformer Networks",
 * 2015): bilinear, differentiable in image and map.
 *
 * <p>A map theta takes places of the output, in coordinates x and y from -1 to 1, to places of the
 * image: output(x) = image(theta x). It is (N, 2, 3) or (N, 6), row-major, for affine maps, or (N,
 * 8), row-major (3, 3) without the last, which is 1, for homographies: [x' y' w'] = theta [x y 1],
 * then x' / w' and y' / w'.
 */
public final class SpatialTransformer {
  private static final int AFFINE = 6;
  private static final int HOMOGRAPHY = 8;

  private SpatialTransformer() {}

  /** What is read beyond the image's border. */
  public enum Padding {
    /** Nothing: 0. */
    ZEROS,
    /** The nearest pixel of the border. */
    BORDER
  }

  /**
   * The image under the map, 0 outside of the image, in coordinates between its outer borders.
   *
   * @param image (N, C, H, W)
   * @param theta of N maps
   * @return (N, C, H, W)
   * @throws IllegalArgumentException if theta's shape is none of a map's, or of other images
   */
  public static NDArray warp(NDArray image, NDArray theta) {
    return warp(image, theta, Padding.ZEROS, false);
  }

  /**
   * The image under the map.
   *
   * @param image (N, C, H, W)
   * @param theta of N maps
   * @param alignCorners whether -1 and 1 are the centres of the outermost pixels, and not their
   *     outer borders
   * @return (N, C, H, W)
   * @throws IllegalArgumentException if theta's shape is none of a map's, or of other images
   */
  public static NDArray warp(NDArray image, NDArray theta, Padding padding, boolean alignCorners) {
    Shape shape = image.getShape();
    require(shape, theta.getShape());
    try (NDArray grid = grid(theta, shape.get(2), shape.get(3), alignCorners)) {
      return Operators.gridSample(image, grid, padding == Padding.BORDER, alignCorners);
    }
  }

  /**
   * Warps the middle of an image by a map in the coordinates of that middle part: what the map
   * moves into it comes from the image around it, and not from nothing.
   *
   * @param image (N, C, H, W)
   * @param theta of N maps; -1 and 1 are the outer borders of the middle part
   * @param height of the middle part, at most H; even where H is even
   * @param width of the middle part, at most W; even where W is even
   * @return (N, C, height, width)
   * @throws IllegalArgumentException if theta's shape is none of a map's, or of other images
   */
  public static NDArray window(NDArray image, NDArray theta, long height, long width) {
    require(image.getShape(), theta.getShape());
    double x = (double) width / image.getShape().get(3);
    double y = (double) height / image.getShape().get(2);
    try (NDArray ofWindow = grid(theta, height, width, false);
        NDArray ofImage = Operators.scaleGrid(ofWindow, x, y)) {
      return Operators.gridSample(image, ofImage, false, false);
    }
  }

  /**
   * Where each pixel of the output comes from.
   *
   * @param theta of N maps
   * @param height of the output
   * @param width of the output
   * @param alignCorners whether -1 and 1 are the centres of the outermost pixels, and not their
   *     outer borders
   * @return (N, height, width, 2), x before y
   */
  static NDArray grid(NDArray theta, long height, long width, boolean alignCorners) {
    return numbers(theta.getShape()) == HOMOGRAPHY
        ? Operators.homographyGrid(theta, height, width, alignCorners)
        : Operators.affineGrid(theta, height, width, alignCorners);
  }

  private static long numbers(Shape theta) {
    return theta.dimension() == 0 ? 0 : theta.size() / Math.max(1, theta.get(0));
  }

  private static void require(Shape image, Shape theta) {
    boolean affine =
        numbers(theta) == AFFINE
            && (theta.dimension() == 2 || theta.get(theta.dimension() - 1) == 3);
    boolean homography = numbers(theta) == HOMOGRAPHY && theta.dimension() == 2;
    if (image.dimension() != 4 || !(affine || homography) || theta.get(0) != image.get(0)) {
      throw new IllegalArgumentException(
          "images must be (N, C, H, W) and maps (N, 2, 3), (N, 6) or (N, 8), are %s and %s"
              .formatted(image, theta));
    }
  }
}
