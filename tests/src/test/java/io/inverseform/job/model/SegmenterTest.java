package io.inverseform.job.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.HeadConfig;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.config.ModelConfig.ScalesConfig;
import io.inverseform.job.config.ViewsConfig;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmenterTest {
  private static final int HEIGHT = 70;
  private static final int WIDTH = 100;
  private static final ModelConfig SINGLE = SmallNetwork.config(NormConfig.Type.BATCH);

  /** Of probabilities that come from logits of several hundred. */
  private static final double ROUNDING = 1e-4;

  private NDManager manager;
  private SegmentationNetwork network;
  private NDArray picture;

  @BeforeEach
  void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
    network = network(SINGLE);
    KeyedRandom random = new KeyedRandom(3);
    float[] values = new float[3 * HEIGHT * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    picture = Tensors.of(manager, values, new Shape(1, 3, HEIGHT, WIDTH));
  }

  @AfterEach
  void stop() {
    manager.close();
  }

  private SegmentationNetwork network(ModelConfig config) {
    SegmentationNetwork made = SegmentationNetwork.of(config, SmallNetwork.CLASSES);
    FlatParameters parameters = new FlatParameters(manager, made, 9);
    SmallNetwork.sharpen(parameters);
    parameters.weights().toDevice(0, parameters.weights().length());
    return made;
  }

  private Segmenter segmenter(ViewsConfig views) {
    Images images = new Images(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2));
    return new Segmenter(manager, network, images, views);
  }

  private float[] scores(ViewsConfig views) {
    return segmenter(views).scores(picture).toFloatArray();
  }

  private static ViewsConfig views(List<Double> scales, boolean flip, List<Integer> window) {
    return new ViewsConfig(scales, flip, window, List.of());
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "0.75, false", "1.3, true"})
  void oneWindowIsTheWholePictureBitForBit(double scale, boolean flip) {
    List<Integer> all = List.of((int) Math.round(HEIGHT * scale), (int) Math.round(WIDTH * scale));
    float[] whole = scores(views(List.of(scale), flip, List.of()));
    assertThat(Arrays.equals(scores(views(List.of(scale), flip, all)), whole)).isTrue();
  }

  /** Probabilities of a part of the picture at its own size, in double. */
  private double[] probabilities(NDArray part) {
    long height = part.getShape().get(2);
    long width = part.getShape().get(3);
    try (NDManager arrays = manager.newSubManager();
        Tape tape = Tape.inference(arrays)) {
      NDArray input = part.duplicate();
      input.attach(arrays);
      NDArray logits = network.outputs(tape, input).get(0).logits();
      return softmax(Operators.bilinear(logits, height, width, false).toFloatArray());
    }
  }

  private static double[] softmax(float[] logits) {
    int pixels = logits.length / SmallNetwork.CLASSES;
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      double sum = 0;
      for (int c = 0; c < SmallNetwork.CLASSES; c++) {
        sum += Math.exp((double) logits[c * pixels + i % pixels] - logits[i]);
      }
      probabilities[i] = 1 / sum;
    }
    return probabilities;
  }

  @Test
  void whereWindowsOverlapTheirProbabilitiesAreAveraged() {
    int[] tops = {0, 20, 22};
    int[] lefts = {0, 30, 36};
    double[] sums = new double[SmallNetwork.CLASSES * HEIGHT * WIDTH];
    int[] counts = new int[HEIGHT * WIDTH];
    for (int top : tops) {
      for (int left : lefts) {
        double[] part =
            probabilities(
                picture.get(
                    new NDIndex(":, :, %d:%d, %d:%d".formatted(top, top + 48, left, left + 64))));
        for (int i = 0; i < part.length; i++) {
          int pixel = (top + i / 64 % 48) * WIDTH + left + i % 64;
          sums[i / (48 * 64) * HEIGHT * WIDTH + pixel] += part[i];
          counts[pixel] += i < 48 * 64 ? 1 : 0;
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= counts[i % counts.length];
    }
    float[] scores = scores(new ViewsConfig(List.of(1.0), false, List.of(48, 64), List.of(20, 30)));
    assertThat(distance(scores, sums)).isLessThan(ROUNDING);
  }

  private static double distance(float[] actual, double[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += expected[i] * expected[i];
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void everyScaleAndTheMirroredPictureCountTheSame() {
    double[] expected = new double[SmallNetwork.CLASSES * HEIGHT * WIDTH];
    for (double scale : new double[] {0.75, 1.5}) {
      for (boolean mirrored : new boolean[] {false, true}) {
        NDArray shown = mirrored ? picture.flip(3) : picture;
        double[] part = softmax(segmenter(ViewsConfig.whole(scale)).scores(shown).toFloatArray());
        for (int i = 0; i < part.length; i++) {
          int column = mirrored ? WIDTH - 1 - i % WIDTH : i % WIDTH;
          expected[i / WIDTH * WIDTH + column] += part[i] / 4;
        }
      }
    }
    float[] scores = scores(views(List.of(0.75, 1.5), true, List.of()));
    assertThat(distance(scores, expected)).isLessThan(ROUNDING);
  }

  @Test
  void aMirroredPictureIsSegmentedIntoMirroredLabels() {
    Segmenter segmenter = segmenter(views(List.of(1.0), true, List.of()));
    float[] mirrored = segmenter.scores(picture.flip(3)).flip(3).toFloatArray();
    assertThat(Arrays.equals(mirrored, segmenter.scores(picture).toFloatArray())).isTrue();
  }

  @Test
  void nothingOfAViewIsLeftBehindButItsShareOfTheResult() {
    try (NDManager own = manager.newSubManager()) {
      NDArray input = picture.duplicate();
      input.attach(own);
      ViewsConfig views = views(List.of(1.0, 1.5), true, List.of(48, 64));
      NDArray scores = segmenter(views).scores(input);
      assertThat(own.getManagedArrays()).containsExactlyInAnyOrder(input, scores);
    }
  }

  private static ModelConfig several() {
    return new ModelConfig(
        SINGLE.backbone(),
        SINGLE.heads().stream().filter(head -> !head.name().startsWith("edge_head")).toList(),
        new ScalesConfig(List.of(0.5, 1.0), List.of(0.5, 1.0, 2.0), 8),
        SINGLE.norm(),
        SINGLE.compute(),
        SINGLE.recompute(),
        SINGLE.frozen(),
        SINGLE.pretrained());
  }

  private byte[] rgb() {
    KeyedRandom random = new KeyedRandom(4);
    byte[] rgb = new byte[3 * HEIGHT * WIDTH];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round(60 * random.nextGaussian());
    }
    return rgb;
  }

  @Test
  void aPredictionHasTheAttentionToEveryScaleButTheLargest() {
    network = network(several());
    Segmenter segmenter = segmenter(ViewsConfig.WHOLE);

    Segmenter.Prediction prediction = segmenter.predict(rgb(), HEIGHT, WIDTH);

    assertThat(prediction.boundary()).hasSize(HEIGHT * WIDTH);
    assertThat(prediction.attention()).containsOnlyKeys(0.5, 1.0);
    try (Tape tape = Tape.inference(manager)) {
      List<Output> outputs = network.outputs(tape, segmenter.input(manager, rgb(), HEIGHT, WIDTH));
      for (double scale : List.of(0.5, 1.0)) {
        NDArray attention = Output.of(outputs, ModelConfig.scaleName(scale)).attention();
        assertThat(prediction.attention().get(scale))
            .isEqualTo(Operators.bilinear(attention, HEIGHT, WIDTH, false).toFloatArray());
      }
    }
  }

  @Test
  void withoutAttentionOverScalesAPredictionHasABoundaryAndNoAttention() {
    Segmenter.Prediction prediction = segmenter(ViewsConfig.WHOLE).predict(rgb(), HEIGHT, WIDTH);
    assertThat(prediction.boundary()).hasSize(HEIGHT * WIDTH);
    assertThat(prediction.attention()).isEmpty();
    assertThat(prediction.labels())
        .isEqualTo(segmenter(ViewsConfig.WHOLE).segment(rgb(), HEIGHT, WIDTH));
  }

  @Test
  void theMainOutputAloneIsThatAmongAllAlsoWithAttentionOverScales() {
    for (SegmentationNetwork each : List.of(network, network(several()))) {
      try (Tape tape = Tape.inference(manager)) {
        Output main = each.main(tape, picture.duplicate());
        Output first = each.outputs(tape, picture.duplicate()).get(0);
        assertThat(main.name()).isEqualTo(HeadConfig.MAIN);
        assertThat(main.logits()).isEqualTo(first.logits());
        assertThat(main.boundary()).isEqualTo(first.boundary());
      }
    }
  }

  @Test
  void windowsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> segmenter(views(List.of(1.0), false, List.of(64, 31))))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "'evaluate.views.window' must have sides of at least 32 for this network, is [64, 31]");
    assertThatThrownBy(() -> scores(views(List.of(1.0, 0.6), false, List.of(48, 64))))
        .hasMessage(
            "a window of 64x48 is larger than the picture, 60x42 at scale 0.6: set evaluate.views.window to a smaller one or, for whole pictures, to []; an exported archive keeps the views that it was exported with");
  }
}
