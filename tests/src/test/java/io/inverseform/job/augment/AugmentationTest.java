package io.inverseform.job.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.Pictures;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.edge.Border;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.Ignored;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.random.KeyedRandom;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Picture, labels and edges move together, and every crop is one of seed, epoch and sample. */
class AugmentationTest {
  private static final int WIDTH = 150;
  private static final int HEIGHT = 110;
  private static final int BLOCK = 20;
  private static final EdgeOperator EDGES = new SobelEdges(1, Border.REPEAT, Ignored.DROPPED);

  private static AugmentConfig config(String... settings) {
    List<String> all = new ArrayList<>(List.of("augment.crop_height=96", "augment.crop_width=128"));
    all.addAll(List.of(settings));
    return ConfigLoader.loadDemo(all).augment();
  }

  private static int label(int x, int y) {
    return (x / BLOCK * 3 + y / BLOCK * 5) % 7;
  }

  /** Grey levels that differ by more from block to block than interpolation is off. */
  private static int grey(int label) {
    return 30 + 30 * label;
  }

  /** Blocks of classes, and a picture that shows which. */
  private static Sample sample() {
    byte[] labels = new byte[WIDTH * HEIGHT];
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        labels[y * WIDTH + x] = (byte) label(x, y);
        image.setRGB(x, y, 0x010101 * grey(label(x, y)));
      }
    }
    LabelMap map = new LabelMap(WIDTH, HEIGHT, labels);
    return new Sample(
        "blocks",
        "train",
        Pictures.png(image),
        WIDTH,
        HEIGHT,
        LabelPng.encode(map),
        LabelPng.encodeBits(EDGES.edges(map)),
        new long[19],
        0,
        List.of(),
        "file:/blocks",
        "");
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 2, 0, stored",
    "0.5, 2, 1, stored",
    "0.7, 0.9, 1, recompute",
    "1, 1, 0, stored",
    "3, 4, 1, stored"
  })
  void pictureLabelsAndEdgesMoveTogether(double min, double max, int rotated, String edges)
      throws IOException {
    AugmentConfig config =
        config(
            "augment.scale_min=" + min,
            "augment.scale_max=" + max,
            "augment.edges=" + edges,
            "augment.rotation={share: " + rotated + ", degrees: 40}");
    Augmentation augmentation = new Augmentation(config, EDGES, 11);
    Images images = new Images(config.mean(), config.std());
    Torch.start(1);
    Set<Boolean> flips = new HashSet<>();
    int compared = 0;
    for (int epoch = 0; epoch < 8; epoch++) {
      Crop crop = augmentation.crop(sample(), new Draw(4, 0, null), epoch);
      flips.add(crop.window().flip());
      float[] picture;
      try (NDManager manager = Torch.manager(Device.cpu())) {
        picture = Batch.of(manager, List.of(crop), images, config).images().toFloatArray();
      }
      LabelMap labels = new LabelMap(128, 96, crop.labels());
      LabelMap recomputed = EDGES.edges(labels);
      double off = 0;
      int edgesWithinBlocks = 0;
      for (int y = 2; y < 94; y++) {
        for (int x = 2; x < 126; x++) {
          if (!isUniform(labels, x, y)) {
            continue;
          }
          compared++;
          int label = labels.id(x, y);
          double expected =
              label == LabelMap.IGNORE
                  ? 0
                  : (grey(label) / 255.0 - config.mean().get(0)) / config.std().get(0);
          off = Math.max(off, Math.abs(picture[y * 128 + x] - expected));
          if (crop.edges()[y * 128 + x] != 0 && max <= 2 - rotated) {
            edgesWithinBlocks++;
          }
        }
      }
      assertThat(off).as(crop.window().words()).isLessThan(2e-2);
      assertThat(edgesWithinBlocks).isZero();
      if (edges.equals("recompute")) {
        assertThat(crop.edges()).isEqualTo(recomputed.ids());
      }
    }
    assertThat(flips).containsExactlyInAnyOrder(true, false);
    assertThat(compared).isGreaterThan(8 * 2000);
  }

  private static boolean isUniform(LabelMap labels, int x, int y) {
    for (int dy = -2; dy <= 2; dy++) {
      for (int dx = -2; dx <= 2; dx++) {
        if (labels.id(x + dx, y + dy) != labels.id(x, y)) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void aTurnByARightAngleIsOne() {
    AugmentConfig config =
        config("augment.crop_height=96", "augment.crop_width=96", "augment.edges=stored");
    LabelMap labels = new LabelMap(96, 96, new byte[96 * 96]);
    KeyedRandom random = new KeyedRandom(5);
    for (int i = 0; i < labels.ids().length; i++) {
      labels.ids()[i] = (byte) random.nextInt(19);
    }
    CropWindow turned = new CropWindow(new Box(0, 0, 96, 96), 96, 96, false, 90, config);
    LabelMap crop = turned.labels(labels);
    for (int y = 0; y < 96; y++) {
      for (int x = 0; x < 96; x++) {
        assertThat(crop.id(95 - y, x)).as("clockwise").isEqualTo(labels.id(x, y));
      }
    }
  }

  @Test
  void aCropDependsOnSeedEpochSampleAndTurnAlone() throws IOException {
    AugmentConfig config =
        config(
            "augment.rotation.share=0.5",
            "augment.photometric.share=0.5",
            "augment.jitter.share=1",
            "augment.blur.share=1");
    Augmentation augmentation = new Augmentation(config, EDGES, 9);
    Draw draw = new Draw(4, 0, null);
    String first = words(augmentation.crop(sample(), draw, 2));
    assertThat(words(augmentation.crop(sample(), draw, 2))).isEqualTo(first);
    assertThat(words(augmentation.crop(sample(), draw, 3))).isNotEqualTo(first);
    assertThat(words(augmentation.crop(sample(), new Draw(5, 0, null), 2))).isNotEqualTo(first);
    assertThat(words(augmentation.crop(sample(), new Draw(4, 1, null), 2))).isNotEqualTo(first);
    assertThat(words(new Augmentation(config, EDGES, 8).crop(sample(), draw, 2)))
        .isNotEqualTo(first);
    assertThat(first).contains("contrast", "towards mean", "towards grey", "hue", "blur");
  }

  private static String words(Crop crop) {
    return crop.window().words() + crop.look().words();
  }

  @Test
  void whereCropsLieDoesNotDependOnTheColours() throws IOException {
    Draw draw = new Draw(4, 0, null);
    Crop plain = new Augmentation(config(), EDGES, 9).crop(sample(), draw, 2);
    Crop coloured =
        new Augmentation(config("augment.photometric.share=1"), EDGES, 9).crop(sample(), draw, 2);
    assertThat(coloured.window().words()).isEqualTo(plain.window().words());
    assertThat(plain.look().changes()).isEmpty();
    assertThat(coloured.look().changes()).hasSize(4);
  }

  @Test
  void cropsAroundACentroidHoldItWhereverItLies() {
    AugmentConfig config = config("augment.scale_min=1", "augment.scale_max=2");
    LabelMap labels = new LabelMap(300, 200, new byte[60_000]);
    Set<Integer> lefts = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      KeyedRandom random = new KeyedRandom(seed);
      ClassCentroid centroid =
          new ClassCentroid(
              3, 0, 0, (float) random.nextDouble(0, 299), (float) random.nextDouble(0, 199));
      Box box = CropWindow.draw(config, labels, centroid, random).source();
      assertThat((int) centroid.x()).isBetween(box.left(), box.left() + box.width() - 1);
      assertThat((int) centroid.y()).isBetween(box.top(), box.top() + box.height() - 1);
      assertThat(box.left()).isBetween(0, 300 - box.width());
      lefts.add(box.left());
    }
    assertThat(lefts).as("not always in the middle").hasSizeGreaterThan(50);
  }

  @Test
  void aTurnDoesNotLoseWhatTheCropIsFor() {
    AugmentConfig config =
        config(
            "augment.scale_min=1",
            "augment.scale_max=2",
            "augment.rotation={share: 1, degrees: 45}");
    LabelMap labels = new LabelMap(300, 200, new byte[60_000]);
    int rotated = 0;
    for (int seed = 0; seed < 200; seed++) {
      KeyedRandom random = new KeyedRandom(seed);
      ClassCentroid centroid =
          new ClassCentroid(
              3, 0, 0, (float) random.nextDouble(0, 299), (float) random.nextDouble(0, 199));
      CropWindow window = CropWindow.draw(config, labels, centroid, random);
      double[][] corners = window.corners();
      for (int side = 0; side < 4; side++) {
        double[] from = corners[side];
        double[] to = corners[(side + 1) % 4];
        double cross =
            (to[0] - from[0]) * (centroid.y() - from[1])
                - (to[1] - from[1]) * (centroid.x() - from[0]);
        double turn = window.words().contains("mirrored") ? -1 : 1;
        assertThat(turn * cross).as("seed %d, side %d", seed, side).isGreaterThan(-1e-6);
      }
      rotated += window.isRotated() ? 1 : 0;
    }
    assertThat(rotated).as("turns that are left").isBetween(100, 199);
  }

  @Test
  void aCropWithTooMuchOfAClassIsDrawnAgain() {
    // Class 0 but for a stripe of class 1 at the right, as wide as a crop.
    LabelMap labels = new LabelMap(512, 96, new byte[512 * 96]);
    for (int y = 0; y < 96; y++) {
      Arrays.fill(labels.ids(), y * 512 + 384, (y + 1) * 512, (byte) 1);
    }
    AugmentConfig free = config("augment.scale_min=1", "augment.scale_max=1");
    AugmentConfig limited =
        config("augment.scale_min=1", "augment.scale_max=1", "augment.cat_max_ratio=0.75");
    assertThat(mixed(free, labels)).isLessThan(0.35);
    // A draw is good with a probability of 64 in 385.
    assertThat(mixed(limited, labels)).isCloseTo(1 - Math.pow(1 - 65 / 385.0, 10), within(0.06));
  }

  private static double mixed(AugmentConfig config, LabelMap labels) {
    int mixed = 0;
    for (int seed = 0; seed < 1000; seed++) {
      Box box = CropWindow.draw(config, labels, null, new KeyedRandom(seed)).source();
      mixed += box.isMixed(labels, 0.75) ? 1 : 0;
    }
    return mixed / 1000.0;
  }

  @Test
  void ignoredPixelsDoNotCountInTheLimit() {
    byte[] ids = new byte[16];
    Arrays.fill(ids, (byte) LabelMap.IGNORE);
    Box all = new Box(0, 0, 4, 4);
    assertThat(all.isMixed(new LabelMap(4, 4, ids), 1)).as("nothing to learn").isFalse();
    ids[0] = 1;
    ids[1] = 2;
    assertThat(all.isMixed(new LabelMap(4, 4, ids), 0.5)).isTrue();
    ids[2] = 2;
    assertThat(all.isMixed(new LabelMap(4, 4, ids), 0.5)).isFalse();
  }

  @Test
  void sharesAreKept() {
    AugmentConfig config =
        config(
            "augment.photometric={share: 0.5}", "augment.jitter.share=0.2", "augment.blur.share=1");
    int distorted = 0;
    int jittered = 0;
    for (int seed = 0; seed < 2000; seed++) {
      Look look = Look.draw(config, new KeyedRandom(seed));
      List<Change.Kind> kinds = look.changes().stream().map(Change::kind).toList();
      distorted += kinds.contains(Change.Kind.BRIGHTNESS) ? 1 : 0;
      jittered += kinds.contains(Change.Kind.TOWARDS_MEAN) ? 1 : 0;
      assertThat(kinds.get(kinds.size() - 1)).isEqualTo(Change.Kind.BLUR);
      assertThat(look.changes().get(kinds.size() - 1).value()).isBetween(0.15, 1.3);
    }
    assertThat(distorted / 2000.0).isCloseTo(0.5, within(0.05));
    assertThat(jittered / 2000.0).isCloseTo(0.2, within(0.04));
  }
}
