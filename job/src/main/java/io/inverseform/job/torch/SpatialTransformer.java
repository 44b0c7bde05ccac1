package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;

/**
 * Warps images by affine maps (Jaderberg et al., "Spatial Transformer Networks", 2015): bilinear, 0
 * outside of the image, differentiable in image and map.
 */
public final class SpatialTransformer {
  private SpatialTransformer() {}

  /**
   * The image under the map: output(x) = input(theta x), in coordinates from -1 to 1 between the
   * image's outer borders.
   *
   * @param image (N, C, H, W)
   * @param theta (N, 2, 3) or (N, 6), row-major
   * @return (N, C, H, W)
   */
  public static NDArray warp(NDArray image, NDArray theta) {
    return window(image, theta, image.getShape().get(2), image.getShape().get(3));
  }

  /**
   * Warps the middle of an image by a map in the coordinates of that middle part: what the map
   * moves into it comes from the image around it, and not from nothing.
   *
   * @param image (N, C, H, W)
   * @param theta (N, 2, 3) or (N, 6), row-major; -1 and 1 are the borders of the middle part
   * @param height of the middle part, at most H; even where H is even
   * @param width of the middle part, at most W; even where W is even
   * @return (N, C, height, width)
   */
  public static NDArray window(NDArray image, NDArray theta, long height, long width) {
    double x = (double) width / image.getShape().get(3);
    double y = (double) height / image.getShape().get(2);
    try (NDArray ofWindow = Operators.affineGrid(theta, height, width, false);
        NDArray ofImage = Operators.scaleGrid(ofWindow, x, y)) {
      return Operators.gridSample(image, ofImage, false);
    }
  }
}
