package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/** Pictures as tensors, normalised as published weights expect it. */
public final class Images {
  private final List<Double> mean;
  private final List<Double> std;

  /** Normalisation by mean and standard deviation per RGB channel, of values in 0..1. */
  public Images(List<Double> mean, List<Double> std) {
    this.mean = List.copyOf(mean);
    this.std = List.copyOf(std);
  }

  /**
   * A picture scaled bilinearly without antialiasing and normalised.
   *
   * @param rgb (H, W, 3) unsigned bytes
   * @return (1, 3, newHeight, newWidth) float32
   */
  public NDArray tensor(
      NDManager manager, byte[] rgb, int height, int width, int newHeight, int newWidth) {
    try (NDArray pixels = pixels(manager, rgb, height, width);
        NDArray scaled = scaled(pixels, newHeight, newWidth)) {
      return normalised(scaled);
    }
  }

  /**
   * A picture as it is.
   *
   * @param rgb (H, W, 3) unsigned bytes
   * @return (1, 3, H, W) float32, 0 to 255
   */
  public static NDArray pixels(NDManager manager, byte[] rgb, int height, int width) {
    try (NDArray bytes =
            manager.create(ByteBuffer.wrap(rgb), new Shape(1, height, width, 3), DataType.UINT8);
        NDArray floats = bytes.toType(DataType.FLOAT32, false);
        NDArray transposed = floats.transpose(0, 3, 1, 2)) {
      return Operators.contiguous(transposed);
    }
  }

  /**
   * Bilinear scaling without antialiasing, PyTorch's {@code interpolate} with {@code
   * align_corners=False}; the same values where the size stays.
   *
   * @param picture (1, 3, H, W)
   */
  public static NDArray scaled(NDArray picture, int height, int width) {
    boolean same = picture.getShape().get(2) == height && picture.getShape().get(3) == width;
    return same ? Operators.contiguous(picture) : Operators.bilinear(picture, height, width, false);
  }

  /**
   * (value / 255 - mean) / std.
   *
   * @param picture (1, 3, H, W), 0 to 255
   */
  public NDArray normalised(NDArray picture) {
    NDManager manager = picture.getManager();
    try (NDArray offset = channel(manager, c -> -mean.get(c) / std.get(c));
        NDArray factor = channel(manager, c -> 1 / (255 * std.get(c)));
        NDArray product = picture.mul(factor)) {
      return product.add(offset);
    }
  }

  /** The inverse of {@link #normalised}, as bytes (H, W, 3): what a network sees, to look at. */
  public byte[] bytes(NDArray normalised) {
    float[] values = normalised.toFloatArray();
    int pixels = values.length / 3;
    byte[] rgb = new byte[values.length];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < pixels; i++) {
        double value = 255 * (values[c * pixels + i] * std.get(c) + mean.get(c));
        rgb[3 * i + c] = (byte) Math.round(Math.max(0, Math.min(255, value)));
      }
    }
    return rgb;
  }

  private static NDArray channel(NDManager manager, java.util.function.IntToDoubleFunction value) {
    float[] values = new float[3];
    for (int c = 0; c < 3; c++) {
      values[c] = (float) value.applyAsDouble(c);
    }
    return Tensors.of(manager, values, new Shape(1, 3, 1, 1));
  }
}
