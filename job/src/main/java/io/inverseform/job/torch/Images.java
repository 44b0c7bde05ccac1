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
    try (NDArray bytes =
            manager.create(ByteBuffer.wrap(rgb), new Shape(1, height, width, 3), DataType.UINT8);
        NDArray floats = bytes.toType(DataType.FLOAT32, false);
        NDArray transposed = floats.transpose(0, 3, 1, 2);
        NDArray channelsFirst = Operators.contiguous(transposed);
        NDArray scaled =
            newHeight == height && newWidth == width
                ? Operators.contiguous(channelsFirst)
                : Operators.bilinear(channelsFirst, newHeight, newWidth, false);
        NDArray offset = channel(manager, c -> -mean.get(c) / std.get(c));
        NDArray factor = channel(manager, c -> 1 / (255 * std.get(c)));
        NDArray product = scaled.mul(factor)) {
      return product.add(offset);
    }
  }

  private static NDArray channel(NDManager manager, java.util.function.IntToDoubleFunction value) {
    float[] values = new float[3];
    for (int c = 0; c < 3; c++) {
      values[c] = (float) value.applyAsDouble(c);
    }
    return Tensors.of(manager, values, new Shape(1, 3, 1, 1));
  }
}
