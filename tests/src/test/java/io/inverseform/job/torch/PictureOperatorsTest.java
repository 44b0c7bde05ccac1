package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.golden.Goldens;
import io.inverseform.udf.random.KeyedRandom;
import java.awt.Color;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every change of a picture against the same computed in plain Java, pixel by pixel. */
class PictureOperatorsTest {
  private static final int HEIGHT = 13;
  private static final int WIDTH = 17;
  private static final int PIXELS = HEIGHT * WIDTH;
  private static final double TOLERANCE = 2e-6;

  private NDManager manager;
  private float[] values;
  private NDArray picture;

  @BeforeEach
  void draw() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
    KeyedRandom random = new KeyedRandom(11);
    values = new float[3 * PIXELS];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    // Greys, black, white and full colours, too.
    for (int c = 0; c < 3; c++) {
      values[c * PIXELS] = 0;
      values[c * PIXELS + 1] = 1;
      values[c * PIXELS + 2] = 0.25f;
      values[c * PIXELS + 3 + c] = 1;
      values[c * PIXELS + 6] = c == 0 ? 0 : 1;
    }
    picture = Tensors.of(manager, values, new Shape(1, 3, HEIGHT, WIDTH));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private float[] eachValue(DoubleUnaryOperator change) {
    float[] changed = new float[values.length];
    for (int i = 0; i < changed.length; i++) {
      changed[i] = (float) change.applyAsDouble(values[i]);
    }
    return changed;
  }

  /** Of an array of R, G and B. */
  private float[] eachPixel(UnaryOperator<double[]> change) {
    float[] changed = new float[values.length];
    for (int i = 0; i < PIXELS; i++) {
      double[] rgb = {values[i], values[PIXELS + i], values[2 * PIXELS + i]};
      double[] result = change.apply(rgb);
      for (int c = 0; c < 3; c++) {
        changed[c * PIXELS + i] = (float) result[c];
      }
    }
    return changed;
  }

  private static double clipped(double value) {
    return Math.max(0, Math.min(1, value));
  }

  private static double grey(double[] rgb) {
    return 0.2989 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
  }

  private void same(NDArray actual, float[] expected) {
    assertThat(actual.getShape()).isEqualTo(picture.getShape());
    assertThat(Goldens.relativeL2(actual.toFloatArray(), expected)).isLessThan(TOLERANCE);
    assertThat(picture.toFloatArray()).as("the picture itself").isEqualTo(values);
  }

  @Test
  void brightnessAndContrastAreLinearAndClipped() {
    same(PictureOperators.linear(picture, 1.5, -0.125), eachValue(v -> clipped(1.5 * v - 0.125)));
    same(PictureOperators.linear(picture, 0.5, 0.1), eachValue(v -> clipped(0.5 * v + 0.1)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.75, 1.25, 2})
  void jittersSaturationMixesWithEachPixelsGrey(double factor) {
    same(
        PictureOperators.towardsGrey(picture, factor),
        eachPixel(
            rgb ->
                IntStream.range(0, 3)
                    .mapToDouble(c -> clipped(grey(rgb) + factor * (rgb[c] - grey(rgb))))
                    .toArray()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.75, 1.25})
  void jittersContrastMixesWithTheMeanGrey(double factor) {
    double mean =
        IntStream.range(0, PIXELS)
            .mapToDouble(
                i -> grey(new double[] {values[i], values[PIXELS + i], values[2 * PIXELS + i]}))
            .average()
            .getAsDouble();
    same(
        PictureOperators.towardsMean(picture, factor),
        eachValue(v -> clipped(mean + factor * (v - mean))));
  }

  /** Through HSV and back, by AWT, which rounds to bytes; and exactly by the definition. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1, 1.5})
  void saturationIsThatOfHsv(double factor) {
    same(
        PictureOperators.saturate(picture, factor),
        eachPixel(
            rgb -> {
              double[] hsv = hsv(rgb);
              return rgb(hsv[0], Math.min(1, factor * hsv[1]), hsv[2]);
            }));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, -0.1, 0.25, 0.5})
  void hueIsTurnedInHsv(double turn) {
    same(
        PictureOperators.turnHue(picture, turn),
        eachPixel(
            rgb -> {
              double[] hsv = hsv(rgb);
              return rgb(hsv[0] + turn, hsv[1], hsv[2]);
            }));
  }

  @Test
  void hueAndSaturationAgreeWithAwt() {
    float[] turned =
        PictureOperators.saturate(PictureOperators.turnHue(picture, 0.2), 0.7).toFloatArray();
    for (int i = 0; i < PIXELS; i++) {
      int r = Math.round(255 * values[i]);
      int g = Math.round(255 * values[PIXELS + i]);
      int b = Math.round(255 * values[2 * PIXELS + i]);
      float[] hsb = Color.RGBtoHSB(r, g, b, null);
      Color expected = Color.getHSBColor(hsb[0] + 0.2f, 0.7f * hsb[1], hsb[2]);
      assertThat(255 * turned[i]).isCloseTo(expected.getRed(), within(6f));
      assertThat(255 * turned[PIXELS + i]).isCloseTo(expected.getGreen(), within(6f));
      assertThat(255 * turned[2 * PIXELS + i]).isCloseTo(expected.getBlue(), within(6f));
    }
  }

  private static double[] hsv(double[] rgb) {
    double high = Math.max(rgb[0], Math.max(rgb[1], rgb[2]));
    double chroma = high - Math.min(rgb[0], Math.min(rgb[1], rgb[2]));
    double hue = 0;
    if (chroma > 0) {
      if (high == rgb[0]) {
        hue = (rgb[1] - rgb[2]) / chroma;
      } else if (high == rgb[1]) {
        hue = 2 + (rgb[2] - rgb[0]) / chroma;
      } else {
        hue = 4 + (rgb[0] - rgb[1]) / chroma;
      }
    }
    return new double[] {hue / 6, high == 0 ? 0 : chroma / high, high};
  }

  /** By the six sectors of the colour circle. */
  private static double[] rgb(double hue, double saturation, double value) {
    double sector = (hue - Math.floor(hue)) * 6;
    int i = (int) sector;
    double f = sector - i;
    double p = value * (1 - saturation);
    double q = value * (1 - saturation * f);
    double t = value * (1 - saturation * (1 - f));
    return switch (i % 6) {
      case 0 -> new double[] {value, t, p};
      case 1 -> new double[] {q, value, p};
      case 2 -> new double[] {p, value, t};
      case 3 -> new double[] {p, q, value};
      case 4 -> new double[] {t, p, value};
      default -> new double[] {value, p, q};
    };
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.15, 0.5, 1.3, 6})
  void blurIsGaussianWithTheBorderRepeated(double sigma) {
    int reach = (int) (4 * sigma + 0.5);
    double total = 0;
    for (int d = -reach; d <= reach; d++) {
      total += Math.exp(-d * d / (2 * sigma * sigma));
    }
    float[] expected = new float[values.length];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          double sum = 0;
          for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
              int nearY = Math.max(0, Math.min(HEIGHT - 1, y + dy));
              int nearX = Math.max(0, Math.min(WIDTH - 1, x + dx));
              sum +=
                  Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))
                      * values[c * PIXELS + nearY * WIDTH + nearX];
            }
          }
          expected[c * PIXELS + y * WIDTH + x] = (float) (sum / (total * total));
        }
      }
    }
    same(PictureOperators.blur(picture, sigma), expected);
  }

  @Test
  void samplingReadsBetweenPixelsRepeatsTheBorderAndKnowsWhatIsInside() {
    // One and a half pixels to the right in the output comes from that much to the left.
    double[] shift = {1, 0, -2 * 1.5 / WIDTH, 0, 1, 0};
    NDArray grid = PictureOperators.grid(picture, shift, HEIGHT, WIDTH);
    float[] moved = PictureOperators.sample(picture, grid).toFloatArray();
    float[] inside = PictureOperators.inside(grid).toFloatArray();
    for (int y = 0; y < HEIGHT; y++) {
      assertThat(moved[y * WIDTH]).as("outside").isCloseTo(values[y * WIDTH], within(1e-6f));
      assertThat(inside[y * WIDTH]).isZero();
      for (int x = 2; x < WIDTH; x++) {
        float mean = (values[y * WIDTH + x - 1] + values[y * WIDTH + x - 2]) / 2;
        assertThat(moved[y * WIDTH + x]).isCloseTo(mean, within(1e-5f));
        assertThat(inside[y * WIDTH + x]).isEqualTo(1);
      }
    }
  }
}
