package io.inverseform.job.synthesize;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import io.inverseform.udf.score.ConfusionMatrix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Scenes must be no colouring book: neither colour nor place alone may give the classes away. */
class SceneDifficultyTest {
  private static final int CLASSES = 19;
  private static final int WIDTH = 192;
  private static final int HEIGHT = 96;
  private static final int TRAIN = 64;
  private static final int VAL = 16;

  private record Example(RgbPicture picture, LabelMap trainIds) {}

  /** What a classifier knows of a pixel: a number below {@code range}. */
  private interface Feature {
    int of(RgbPicture picture, int pixel);
  }

  private static List<Example> train;
  private static List<Example> val;

  @BeforeAll
  static void generate() {
    SceneSynthesizer synthesizer =
        new SceneSynthesizer(1, new SynthesizeConfig(WIDTH, HEIGHT, TRAIN, VAL));
    train = examples(synthesizer, "train", TRAIN);
    val = examples(synthesizer, "val", VAL);
  }

  @Test
  void colourOfAPixelGivesLessThanThreeTenths() {
    for (int bits = 3; bits <= 5; bits++) {
      int shift = 8 - bits;
      int b = bits;
      Feature colour =
          (picture, pixel) -> {
            byte[] rgb = picture.rgb();
            int red = (rgb[3 * pixel] & 0xFF) >> shift;
            int green = (rgb[3 * pixel + 1] & 0xFF) >> shift;
            return (red << b | green) << b | (rgb[3 * pixel + 2] & 0xFF) >> shift;
          };
      for (double balance = 0; balance <= 1; balance += 0.25) {
        double score = meanIou(colour, 1 << 3 * bits, balance);
        assertThat(score).as("%d bits a channel, balance %.2f", bits, balance).isLessThan(0.3);
      }
    }
  }

  @Test
  void placeOfAPixelGivesLessThanThreeTenths() {
    Feature place = (picture, pixel) -> pixel / WIDTH / 4 * (WIDTH / 4) + pixel % WIDTH / 4;
    for (double balance = 0; balance <= 1; balance += 0.25) {
      double score = meanIou(place, WIDTH * HEIGHT / 16, balance);
      assertThat(score).as("balance %.2f", balance).isLessThan(0.3);
    }
  }

  /** Most likely class by counts; with balance 1 as if all classes were equally frequent. */
  private static double meanIou(Feature feature, int range, double balance) {
    double[][] counts = new double[range][CLASSES];
    double[] totals = new double[CLASSES];
    for (Example example : train) {
      byte[] ids = example.trainIds().ids();
      for (int pixel = 0; pixel < ids.length; pixel++) {
        int id = ids[pixel] & 0xFF;
        if (id < CLASSES) {
          counts[feature.of(example.picture(), pixel)][id]++;
          totals[id]++;
        }
      }
    }
    ConfusionMatrix matrix = new ConfusionMatrix(CLASSES);
    for (Example example : val) {
      byte[] predicted = new byte[WIDTH * HEIGHT];
      for (int pixel = 0; pixel < predicted.length; pixel++) {
        double[] count = counts[feature.of(example.picture(), pixel)];
        int best = 0;
        double bestScore = -1;
        for (int c = 0; c < CLASSES; c++) {
          double score = count[c] / Math.pow(Math.max(1, totals[c]), balance);
          if (score > bestScore) {
            bestScore = score;
            best = c;
          }
        }
        predicted[pixel] = (byte) best;
      }
      matrix.add(example.trainIds(), new LabelMap(WIDTH, HEIGHT, predicted));
    }
    return matrix.meanIou();
  }

  private static List<Example> examples(SceneSynthesizer synthesizer, String split, int count) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Scene scene = synthesizer.scene(split, i);
      examples.add(
          new Example(scene.picture(), ClassCatalogue.cityscapes().toTrainIds(scene.labels())));
    }
    return examples;
  }
}
