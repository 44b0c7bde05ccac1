package io.inverseform.job.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.train.Share;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AlignmentTest {
  private static final int PICTURES = 30;
  private static final int EACH = 4;
  private static final PretrainConfig CONFIG =
      ConfigLoader.loadDemo(List.of("pretrain.network.tile=32", "pretrain.warp.translation=0.25"))
          .pretrain();

  /** Costs less the farther a tile is from the truth. */
  private static final Distance REVERSED =
      truth -> {
        var towards = Distance.PIXEL_L1.to(truth);
        return tiles -> towards.apply(tiles).neg();
      };

  private static NDManager manager;

  @BeforeAll
  static void start() {
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  /** Frames of a few rectangles in each picture. */
  private static List<EdgeTiles> tiles() {
    List<EdgeTiles> all = new ArrayList<>();
    for (int picture = 0; picture < PICTURES; picture++) {
      KeyedRandom random = new KeyedRandom(8, picture);
      byte[] ids = new byte[96 * 80];
      for (int i = 0; i < 6; i++) {
        int left = random.nextInt(70);
        int top = random.nextInt(60);
        int width = 8 + random.nextInt(18);
        int height = 8 + random.nextInt(12);
        for (int x = left; x < left + width; x++) {
          ids[top * 96 + x] = 1;
          ids[(top + height - 1) * 96 + x] = 1;
        }
        for (int y = top; y < top + height; y++) {
          ids[y * 96 + left] = 1;
          ids[y * 96 + left + width - 1] = 1;
        }
      }
      all.add(EdgeTiles.held(new LabelMap(96, 80, ids), CONFIG, EACH, random));
    }
    return all;
  }

  private static Alignment alignment() {
    Share alone = new Share(0, 1, UnaryOperator.identity());
    return new Alignment(manager, CONFIG, tiles(), 0, PICTURES * EACH, alone);
  }

  @Test
  void aDistanceOrdersWhatItsReverseDoesNot() {
    double ordered = alignment().ordered(Distance.PIXEL_L1);

    assertThat(ordered).isGreaterThan(0.7);
    assertThat(alignment().ordered(REVERSED)).isCloseTo(1 - ordered, within(0.02));
  }

  @Test
  void descentOnADistanceUndoesWarpsAndOnItsReverseMakesThemLonger() {
    Map<String, Double> down = alignment().descended(Distance.PIXEL_L1);
    Map<String, Double> up = alignment().descended(REVERSED);

    assertThat(down.get(Alignment.HALVED)).isGreaterThan(0.5);
    assertThat(down.get(Alignment.POINTS_BACK)).isGreaterThan(0.8);
    assertThat(up.get(Alignment.POINTS_BACK)).isLessThan(0.2);
    assertThat(up.get(Alignment.HALVED)).isLessThan(0.05);
  }

  @Test
  void theScoresDoNotDependOnTheNumberOfRanks() {
    InverseTransformNetwork network = InverseTransformNetwork.of(CONFIG.network());
    try (FlatParameters weights = new FlatParameters(manager, network, 5)) {
      Distance distance = Distance.of(network);
      List<double[]> parts = new ArrayList<>();
      for (int rank = 0; rank < 2; rank++) {
        Share share =
            new Share(
                rank,
                2,
                values -> {
                  parts.add(values.clone());
                  return values;
                });
        int from = rank * PICTURES / 2;
        List<EdgeTiles> mine = tiles().subList(from, from + PICTURES / 2);
        new Alignment(manager, CONFIG, mine, from * EACH, PICTURES * EACH, share).ordered(distance);
      }
      double[] joined = new double[parts.get(0).length];
      for (int i = 0; i < joined.length; i++) {
        joined[i] = parts.get(0)[i] + parts.get(1)[i];
      }
      List<double[]> whole = new ArrayList<>();
      Share alone =
          new Share(
              0,
              1,
              values -> {
                whole.add(values.clone());
                return values;
              });
      new Alignment(manager, CONFIG, tiles(), 0, PICTURES * EACH, alone).ordered(distance);

      assertThat(joined).containsExactly(whole.get(0), within(1e-6));
      assertThat(weights.parameterCount()).isPositive();
    }
  }

  @Test
  void pixelsForgiveNoContrastAndAreNotFooled() {
    Map<String, Double> scores = alignment().measured(Distance.PIXEL_L1);
    Map<String, Double> free = FreeLogits.ALONE.measured(alignment(), Distance.PIXEL_L1);

    assertThat(scores.get(Alignment.CONTRAST)).isGreaterThan(1);
    assertThat(free.get("free_f_before")).isLessThan(0.9);
    assertThat(free.get("free_f_after")).isGreaterThan(0.99);
    assertThat(free.get("free_loss")).isLessThan(0.05);
  }

  @Test
  void theMapsUnlikenessKeepsANetworkFromBeingFooled() {
    InverseTransformNetwork network = InverseTransformNetwork.of(CONFIG.network());
    try (FlatParameters weights = new FlatParameters(manager, network, 5)) {
      Map<String, Double> alone = FreeLogits.ALONE.measured(alignment(), Distance.of(network));
      Map<String, Double> whole = FreeLogits.ALONE.measured(alignment(), Distance.of(network, 1));

      assertThat(alone.get("free_loss")).isLessThan(0.1);
      assertThat(alone.get("free_f_after")).isCloseTo(alone.get("free_f_before"), within(0.1));
      assertThat(whole.get("free_f_after")).isGreaterThan(alone.get("free_f_after") + 0.1);
      assertThat(weights.parameterCount()).isPositive();
    }
  }

  @Test
  void explainedVarianceIsOneForExactParametersAndLessByTheShareOfTheError() {
    double[][] rows = {{1, 1, 1, 0.5}, {-1, 1, -1, 0.5}, {1, -1, 1, -0.5}, {-1, -1, -1, -0.5}};

    assertThat(Alignment.explained(rows)).containsExactly(1, 0.75);
  }
}
