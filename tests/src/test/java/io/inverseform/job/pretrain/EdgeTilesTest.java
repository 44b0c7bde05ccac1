package io.inverseform.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.golden.Goldens;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EdgeTilesTest {
  private static final int TILE = 24;

  private static PretrainConfig config(String transform, String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("pretrain.network.tile=" + TILE);
    all.add("pretrain.network.transform=" + transform);
    return ConfigLoader.loadDemo(all).pretrain();
  }

  /** Nothing but edges, so that whatever is missing comes from outside of the surroundings. */
  private static LabelMap full(int width, int height) {
    byte[] ids = new byte[width * height];
    Arrays.fill(ids, (byte) 1);
    return new LabelMap(width, height, ids);
  }

  private static LabelMap scattered(int width, int height) {
    KeyedRandom random = new KeyedRandom(3);
    byte[] ids = new byte[width * height];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (random.nextInt(4) == 0 ? 1 : 0);
    }
    return new LabelMap(width, height, ids);
  }

  @Test
  void noTransformMovesAnythingIntoATileThatIsNotInItsSurroundings() {
    for (String transform : List.of("euclidean2", "euclidean4", "euclidean6", "geodesic8")) {
      noTransformMovesAnythingIntoATile(transform);
    }
  }

  private static void noTransformMovesAnythingIntoATile(String transform) {
    PretrainConfig config = config(transform);
    EdgeTiles tiles = EdgeTiles.held(full(120, 110), config, 200, new KeyedRandom(1));

    try (NDManager manager = manager()) {
      TileBatch batch = TileBatch.of(manager, List.of(tiles), config);
      NDArray warped = batch.warped(batch.points());

      assertThat(warped.min().getFloat()).isCloseTo(1, within(1e-5f));
    }
  }

  @Test
  void theIdentityGivesTheTileItself() {
    PretrainConfig config = config("geodesic8", "pretrain.warp.identity=0.999999");
    EdgeTiles tiles = EdgeTiles.draw(scattered(90, 80), config, 1, new KeyedRandom(1));

    try (NDManager manager = manager()) {
      TileBatch batch = TileBatch.of(manager, List.of(tiles), config);

      assertThat(tiles.points()).containsOnly(0);
      assertThat(
              Goldens.relativeL2(
                  batch.warped(batch.points()).toFloatArray(), batch.truth().toFloatArray()))
          .isLessThan(1e-5);
    }
  }

  @Test
  void aShiftOfTwoPixelsMovesTheTileByTwoPixels() {
    for (String transform : List.of("euclidean2", "euclidean4", "euclidean6", "geodesic8")) {
      PretrainConfig config = config(transform);
      EdgeTiles drawn = EdgeTiles.held(scattered(90, 80), config, 1, new KeyedRandom(1));
      float[] points = new float[drawn.points().length];
      // In half tiles over the range; the translation along x comes first.
      points[0] = (float) (2 / (TILE / 2.0) / config.warp().translation());

      try (NDManager manager = manager()) {
        TileBatch batch =
            TileBatch.of(
                manager, List.of(new EdgeTiles(drawn.side(), drawn.edges(), points, null)), config);
        float[] warped = batch.warped(batch.points()).toFloatArray();
        float[] truth = batch.truth().toFloatArray();

        for (int y = 0; y < TILE; y++) {
          for (int x = 0; x < TILE - 2; x++) {
            assertThat(warped[y * TILE + x]).isCloseTo(truth[y * TILE + x + 2], within(1e-4f));
          }
        }
      }
    }
  }

  @Test
  void lengthsAreUniformUpToTheRangesInAllDirections() {
    EdgeTiles tiles = EdgeTiles.held(full(90, 80), config("euclidean6"), 4000, new KeyedRandom(2));

    double[] lengths = new double[4000];
    double[] means = new double[6];
    for (int i = 0; i < lengths.length; i++) {
      for (int p = 0; p < 6; p++) {
        double value = tiles.points()[6 * i + p];
        lengths[i] += value * value;
        means[p] += value / lengths.length;
      }
      lengths[i] = Math.sqrt(lengths[i]);
    }
    Arrays.sort(lengths);
    assertThat(lengths[lengths.length - 1]).isLessThanOrEqualTo(1 + 1e-6);
    assertThat(lengths[lengths.length / 4]).isCloseTo(0.25, within(0.03));
    assertThat(lengths[lengths.length / 2]).isCloseTo(0.5, within(0.03));
    assertThat(Arrays.stream(means).map(Math::abs).max().orElseThrow()).isLessThan(0.02);
  }

  @Test
  void aMapSmallerThanTheSurroundingsLiesWithinThem() {
    PretrainConfig config = config("euclidean6");

    EdgeTiles tiles = EdgeTiles.held(full(10, 12), config, 3, new KeyedRandom(4));

    int pixels = 0;
    for (byte edge : tiles.edges()) {
      pixels += edge;
    }
    assertThat(pixels).isEqualTo(3 * 10 * 12);
  }

  @Test
  void theNetworkIsToSayThetaLessTheIdentityOverTheNormaliser() {
    for (String transform : List.of("euclidean2", "euclidean4", "euclidean6", "geodesic8")) {
      PretrainConfig config = config(transform);
      EdgeTiles tiles = EdgeTiles.held(full(90, 80), config, 50, new KeyedRandom(5));
      try (NDManager manager = manager()) {
        TileBatch batch = TileBatch.of(manager, List.of(tiles), config);
        List<Double> normaliser = WarpSpace.of(config).normaliser();
        float[] theta = batch.points().matMul(batch.toTheta()).toFloatArray();
        float[] said = batch.outputs(batch.points()).toFloatArray();
        List<Integer> places = config.network().transform().places();
        int numbers = theta.length / tiles.count();

        for (int i = 0; i < said.length; i++) {
          int place = i / places.size() * numbers + places.get(i % places.size());
          assertThat(said[i] * normaliser.get(i % places.size()))
              .isCloseTo(theta[place], within(1e-6));
        }
      }
    }
  }

  @Test
  void aCurriculumBeginsWithShortWarps() {
    PretrainConfig config = config("euclidean6", "pretrain.tiles=200");
    EdgeTiles early = EdgeTiles.draw(full(90, 80), config, 0.25, new KeyedRandom(6));

    for (int i = 0; i < early.count(); i++) {
      double length = 0;
      for (int p = 0; p < 6; p++) {
        length += Math.pow(early.points()[6 * i + p], 2);
      }
      assertThat(Math.sqrt(length)).isLessThan(0.25 + 1e-6);
    }
  }

  @Test
  void degradationsChangeTheirShareOfTheTilesAndStayProbabilities() {
    PretrainConfig config =
        config("euclidean6", "pretrain.degrade.share=0.5", "pretrain.tiles=200");
    EdgeTiles tiles = EdgeTiles.draw(scattered(90, 80), config, 1, new KeyedRandom(7));

    try (NDManager manager = manager()) {
      NDArray before = TileBatch.of(manager, List.of(tiles), config).truth();
      NDArray after = Degradation.applied(List.of(tiles.degradation()), before);
      float[] change = after.sub(before).abs().flatten(1, -1).mean(new int[] {1}).toFloatArray();
      int changed = 0;
      for (float one : change) {
        changed += one > 1e-6 ? 1 : 0;
      }
      assertThat(changed / 200.0).isCloseTo(0.5, within(0.12));
      assertThat(after.min().getFloat()).isNotNegative();
      assertThat(after.max().getFloat()).isLessThanOrEqualTo(1);
    }
  }

  private static NDManager manager() {
    Torch.start(1);
    return Torch.manager(Device.cpu());
  }
}
