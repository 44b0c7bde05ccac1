package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.udf.random.KeyedRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions beside their definition, while freed memory is full of NaN. */
class ConvolutionTest {
  private static final int KERNEL = 3;

  @ParameterizedTest
  @CsvSource({"2, 18, 18, 16, 1", "2, 36, 20, 12, 2", "8, 24, 48, 16, 1", "2, 2, 24, 16, 2"})
  void computesWithItsInputsAndNothingElse(int images, int in, int out, int side, int stride) {
    KeyedRandom random = new KeyedRandom(images + in);
    float[] x = values(random, images * in * side * side);
    float[] weight = values(random, out * in * KERNEL * KERNEL);
    float[] bias = values(random, out);
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      NDArray inputs = Tensors.of(manager, x, new Shape(images, in, side, side));
      NDArray weights = Tensors.of(manager, weight, new Shape(out, in, KERNEL, KERNEL));
      NDArray biases = Tensors.of(manager, bias, new Shape(out));
      for (int bits = 10; bits <= 20; bits++) {
        manager.full(new Shape(1L << bits), Float.NaN).close();
      }
      float[] y = Operators.convolution(inputs, weights, biases, stride).toFloatArray();
      float[] expected = convolution(x, weight, bias, images, in, out, side, stride);
      assertThat(Goldens.relativeL2(y, expected)).isLessThan(1e-5);
    }
  }

  private static float[] values(KeyedRandom random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return values;
  }

  private static float[] convolution(
      float[] x, float[] weight, float[] bias, int images, int in, int out, int side, int stride) {
    int size = (side - 1) / stride + 1;
    float[] y = new float[images * out * size * size];
    int at = 0;
    for (int n = 0; n < images; n++) {
      for (int k = 0; k < out; k++) {
        for (int row = 0; row < size; row++) {
          for (int column = 0; column < size; column++) {
            double sum = bias[k];
            for (int c = 0; c < in; c++) {
              for (int dy = 0; dy < KERNEL; dy++) {
                for (int dx = 0; dx < KERNEL; dx++) {
                  int sy = row * stride + dy - 1;
                  int sx = column * stride + dx - 1;
                  if (sy >= 0 && sy < side && sx >= 0 && sx < side) {
                    sum +=
                        (double) x[((n * in + c) * side + sy) * side + sx]
                            * weight[((k * in + c) * KERNEL + dy) * KERNEL + dx];
                  }
                }
              }
            }
            y[at++] = (float) sum;
          }
        }
      }
    }
    return y;
  }
}
