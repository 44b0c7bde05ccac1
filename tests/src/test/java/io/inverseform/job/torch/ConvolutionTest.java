package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.job.TestDevice;
import io.inverseform.udf.random.KeyedRandom;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Convolutions in float32 beside their definition, and their gradients beside those in float64,
 * which has other kernels, while freed memory is full of NaN.
 */
class ConvolutionTest {
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @CsvSource({
    "2, 18, 18, 3, 16, 1",
    "2, 36, 20, 3, 12, 2",
    "8, 24, 48, 3, 16, 1",
    "2, 2, 24, 3, 16, 2",
    "3, 1, 24, 7, 16, 4",
    "2, 3, 3, 2, 16, 2",
    "2, 18, 18, 1, 16, 1",
    "1, 1024, 40, 1, 16, 1",
    "2, 40, 1, 1, 16, 1",
    "2, 30, 20, 1, 1, 1",
    "3, 24, 40, 3, 1, 1"
  })
  void computesWithItsInputsAndNothingElse(
      int images, int in, int out, int kernel, int side, int stride) {
    KeyedRandom random = new KeyedRandom(images + in);
    Torch.start(1);
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      NDArray x = values(manager, random, images, in, side, side);
      NDArray weight = values(manager, random, out, in, kernel, kernel);
      NDArray bias = values(manager, random, out);
      for (boolean channelsLast : new boolean[] {false, true}) {
        for (int bits = 10; bits <= 20; bits++) {
          manager.full(new Shape(1L << bits), Float.NaN).close();
        }
        List<float[]> single = run(x, weight, bias, stride, channelsLast, DataType.FLOAT32);
        List<float[]> wide = run(x, weight, bias, stride, channelsLast, DataType.FLOAT64);
        assertThat(Goldens.relativeL2(single.get(0), defined(x, weight, bias, stride)))
            .as("by definition, channels last %s", channelsLast)
            .isLessThan(TOLERANCE);
        for (int i = 0; i < single.size(); i++) {
          assertThat(Goldens.relativeL2(single.get(i), wide.get(i)))
              .as("array %d, channels last %s", i, channelsLast)
              .isLessThan(TOLERANCE);
        }
      }
    }
  }

  @RepeatedTest(40)
  void computesWithItsInputsWhateverTheShape(RepetitionInfo repetition) {
    KeyedRandom random = new KeyedRandom(repetition.getCurrentRepetition());
    computesWithItsInputsAndNothingElse(
        1 + random.nextInt(4),
        1 + random.nextInt(80),
        1 + random.nextInt(80),
        List.of(1, 3, 7).get(random.nextInt(3)),
        1 + random.nextInt(20),
        1 + random.nextInt(2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void convolutionHasItsGradients(int stride) {
    new GradientCheck()
        .input(2, 2, 5, 4)
        .input(3, 2, 3, 3)
        .input(3)
        .check(x -> Operators.convolution(x.get(0), x.get(1), x.get(2), stride));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void convolutionHasItsGradientsAtSinglePixels(int stride) {
    new GradientCheck()
        .input(2, 2, 5, 4)
        .input(3, 2, 1, 1)
        .input(3)
        .check(
            x ->
                Operators.convolution(
                    Operators.channelsLast(x.get(0)), x.get(1), x.get(2), stride));
  }

  @Test
  void convolutionPadsWithHalfTheKernelOfZeros() {
    Torch.start(1);
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      NDArray x = manager.create(new float[] {1, 2, 3}, new Shape(1, 1, 1, 3));
      NDArray weight = manager.create(new float[] {100, 10, 1}, new Shape(1, 1, 1, 3));
      assertThat(Operators.convolution(x, weight, null, 1).toFloatArray())
          .containsExactly(12, 123, 230);
    }
  }

  /** The output and the gradients of its squares' sum by input, weight and bias. */
  private static List<float[]> run(
      NDArray x, NDArray weight, NDArray bias, int stride, boolean channelsLast, DataType type) {
    NDArray typed = copy(x, type);
    Differentiable input = new Differentiable(channelsLast ? Operators.channelsLast(typed) : typed);
    Differentiable weights = new Differentiable(copy(weight, type));
    Differentiable biases = new Differentiable(copy(bias, type));
    NDArray y = Operators.convolution(input.leaf(), weights.leaf(), biases.leaf(), stride);
    Differentiable.backward(y.mul(y).sum());
    return List.of(
        floats(y.duplicate()),
        floats(input.gradientArray()),
        floats(weights.gradientArray()),
        floats(biases.gradientArray()));
  }

  private static float[] defined(NDArray x, NDArray weight, NDArray bias, int stride) {
    int images = Math.toIntExact(x.getShape().get(0));
    int in = Math.toIntExact(x.getShape().get(1));
    int side = Math.toIntExact(x.getShape().get(2));
    int out = Math.toIntExact(weight.getShape().get(0));
    int kernel = Math.toIntExact(weight.getShape().get(2));
    int padding = (kernel - 1) / 2;
    int size = (side + 2 * padding - kernel) / stride + 1;
    float[] pixels = x.toFloatArray();
    float[] weights = weight.toFloatArray();
    float[] biases = bias.toFloatArray();
    float[] y = new float[images * out * size * size];
    for (int at = 0; at < y.length; at++) {
      int column = at % size * stride - padding;
      int row = at / size % size * stride - padding;
      int k = at / (size * size) % out;
      int n = at / (size * size * out);
      double sum = biases[k];
      for (int tap = 0; tap < in * kernel * kernel; tap++) {
        int sy = row + tap / kernel % kernel;
        int sx = column + tap % kernel;
        int c = tap / (kernel * kernel);
        if (sy >= 0 && sy < side && sx >= 0 && sx < side) {
          sum +=
              (double) pixels[((n * in + c) * side + sy) * side + sx]
                  * weights[k * in * kernel * kernel + tap];
        }
      }
      y[at] = (float) sum;
    }
    return y;
  }

  private static NDArray copy(NDArray array, DataType type) {
    return type == DataType.FLOAT32 ? array.duplicate() : array.toType(type, true);
  }

  private static float[] floats(NDArray array) {
    try (array) {
      return array.toType(DataType.FLOAT32, true).toFloatArray();
    }
  }

  private static NDArray values(NDManager manager, KeyedRandom random, long... shape) {
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return Tensors.of(manager, values, new Shape(shape));
  }
}
