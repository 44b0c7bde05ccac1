package io.inverseform.job.torch;

import static io.inverseform.job.torch.OperatorModule.call;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * What augmentation computes of pictures (1, 3, H, W), RGB of 0 to 1, on whatever device they are;
 * without history, and without waiting for the device. All but blur and rotation work pixel by
 * pixel. Each result is a new tensor.
 */
public final class PictureOperators {
  /** Standard deviations to either side that a blur takes in, as SciPy's Gaussian filter does. */
  private static final double TRUNCATE = 4;

  private PictureOperators() {}

  /** factor x + offset, clipped to 0..1: contrast and brightness. */
  public static NDArray linear(NDArray x, double factor, double offset) {
    return call("linear_colours", x, factor, offset);
  }

  /**
   * Mixes each pixel with its grey, 0.2989 R + 0.587 G + 0.114 B, and clips to 0..1; 0 gives grey,
   * 1 the picture itself, more than 1 goes beyond. {@code adjust_saturation} of torchvision.
   */
  public static NDArray towardsGrey(NDArray x, double factor) {
    return call("towards_grey", x, factor);
  }

  /**
   * Mixes each pixel with the mean of the picture's greys and clips to 0..1. {@code
   * adjust_contrast} of torchvision.
   */
  public static NDArray towardsMean(NDArray x, double factor) {
    return call("towards_mean", x, factor);
  }

  /**
   * Multiplies the saturation in HSV, which stays at 1 where it would exceed it; hue and value
   * stay.
   *
   * @param factor not negative
   */
  public static NDArray saturate(NDArray x, double factor) {
    return call("saturate", x, factor);
  }

  /**
   * Turns the hue in HSV; saturation and value stay.
   *
   * @param turn 1 is the whole circle
   */
  public static NDArray turnHue(NDArray x, double turn) {
    return call("turn_hue", x, turn);
  }

  /** Gaussian blur, separable, with the border's pixels repeated outside. */
  public static NDArray blur(NDArray x, double sigma) {
    return call("blur", x, kernel(sigma));
  }

  /** Weights of a blur along an axis; they add up to 1. */
  static double[] kernel(double sigma) {
    int reach = (int) (TRUNCATE * sigma + 0.5);
    double[] kernel = new double[2 * reach + 1];
    double sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = Math.exp(-0.5 * Math.pow((i - reach) / sigma, 2));
      sum += kernel[i];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    return kernel;
  }

  /**
   * Where the pixels of the output of {@link #sample} come from under an affine map.
   *
   * @param like a tensor on the device
   * @param theta six numbers, row-major, of the map from the output's normalised coordinates (x, y,
   *     1) to the input's: -1 to 1 from border to border
   * @return (1, height, width, 2)
   */
  public static NDArray grid(NDArray like, double[] theta, int height, int width) {
    try (NDArray values = LossOperators.constants(like, theta);
        NDArray row = values.reshape(new Shape(1, 6))) {
      return Operators.affineGrid(row, height, width, false);
    }
  }

  /** Reads x bilinearly at the places of a grid; outside of x its border's pixels are repeated. */
  public static NDArray sample(NDArray x, NDArray grid) {
    return call("sample_with_border", x, grid);
  }

  /** Where a grid lies inside of the input: 1, elsewhere 0; (1, 1, height, width), float32. */
  public static NDArray inside(NDArray grid) {
    return call("inside", grid);
  }
}
