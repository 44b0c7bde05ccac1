package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.model.InverseTransformNetwork;
import io.inverseform.job.torch.Leaf;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.train.Share;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Whether a distance between tiles can teach: whether the longer of two warps costs more, whether
 * its gradient and descent on it undo a warp, whether it forgives what is no warp, and whether
 * descent over every pixel ends near the truth. The held-out tiles are spread over the ranks.
 *
 * @param mine this rank's tiles, two or more in each and as many in all
 * @param first index of this rank's first tile among all ranks'
 * @param total tiles of all ranks
 */
record Alignment(
    NDManager device,
    PretrainConfig config,
    List<EdgeTiles> mine,
    int first,
    int total,
    Share share) {
  /** Share of tiles of whose two warps the longer one has the larger distance. */
  static final String ORDERED = "ordered";

  /** Share of tiles where the gradient over the warp points away from the identity. */
  static final String POINTS_BACK = "points_back";

  /** Share of tiles whose warp is at most half as long after descent on the distance. */
  static final String HALVED = "halved";

  /** Mean distance of blurred true tiles, in distances of true tiles shifted by two pixels. */
  static final String BLUR = "blur_cost";

  /** The same of true tiles of three fifths of the contrast. */
  static final String CONTRAST = "contrast_cost";

  /** About as many tiles at once: bounds the memory. */
  private static final int CHUNK = 64;

  private static final int DESCENT_STEPS = 30;

  /** First of linearly falling lengths of steps, in lengths of the longest warp. */
  private static final double DESCENT_RATE = 0.13;

  private static final int SHIFT = 2;
  private static final int[] EACH = {1};

  /** All measures of a distance but those of {@link FreeLogits}, by name. */
  Map<String, Double> measured(Distance distance) {
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(ORDERED, ordered(distance));
    scores.putAll(descended(distance));
    double[][] costs = gathered(3, batch -> costs(batch, distance));
    double shift = mean(costs, 2);
    scores.put(BLUR, mean(costs, 0) / shift);
    scores.put(CONTRAST, mean(costs, 1) / shift);
    return scores;
  }

  double ordered(Distance distance) {
    double[][] rows = gathered(4, batch -> compared(batch, distance));
    return shareOf(rows, row -> row[0] < row[1] == row[2] < row[3]);
  }

  Map<String, Double> descended(Distance distance) {
    double[][] rows = gathered(3, batch -> descended(batch, distance));
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(POINTS_BACK, shareOf(rows, row -> row[2] > 0));
    scores.put(HALVED, shareOf(rows, row -> row[1] <= row[0] / 2));
    return scores;
  }

  /** Share of explained variance of each of the network's numbers. */
  double[] explained(InverseTransformNetwork network) {
    return explained(gathered(2 * network.outputs(), batch -> regressed(batch, network)));
  }

  /**
   * @param rows true numbers, then predicted ones
   */
  static double[] explained(double[][] rows) {
    int parameters = rows[0].length / 2;
    double[] explained = new double[parameters];
    for (int p = 0; p < parameters; p++) {
      int drawn = p;
      int predicted = parameters + p;
      double mean = mean(rows, p);
      double variance = Arrays.stream(rows).mapToDouble(r -> square(r[drawn] - mean)).sum();
      double error = Arrays.stream(rows).mapToDouble(r -> square(r[drawn] - r[predicted])).sum();
      explained[p] = 1 - error / variance;
    }
    return explained;
  }

  private static double mean(double[][] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElseThrow();
  }

  private static double square(double value) {
    return value * value;
  }

  private static double shareOf(double[][] rows, Predicate<double[]> condition) {
    return Arrays.stream(rows).filter(condition).count() / (double) rows.length;
  }

  /** Lengths of a tile's own warp and of another one, then the distances under both. */
  private NDArray[] compared(TileBatch batch, Distance distance) {
    NDArray own = batch.points();
    NDArray other = batch.exchanged(mine.get(0).count());
    UnaryOperator<NDArray> toTruth = distance.to(batch.truth());
    return new NDArray[] {
      Operators.rowNorms(own),
      Operators.rowNorms(other),
      toTruth.apply(batch.warped(own)),
      toTruth.apply(batch.warped(other))
    };
  }

  /** Lengths of a tile's warp before and after the descent; the first gradient along the warp. */
  private static NDArray[] descended(TileBatch batch, Distance distance) {
    UnaryOperator<NDArray> toTruth = distance.to(batch.truth());
    NDArray points = batch.points();
    NDArray along = gradient(batch, toTruth, points).mul(points).sum(EACH);
    return new NDArray[] {
      Operators.rowNorms(points), Operators.rowNorms(undone(batch, toTruth)), along
    };
  }

  /** The points after descent on the distance. */
  static NDArray undone(TileBatch batch, UnaryOperator<NDArray> toTruth) {
    NDArray at = batch.points().duplicate();
    for (int step = 0; step < DESCENT_STEPS; step++) {
      double rate = DESCENT_RATE * (DESCENT_STEPS - step) / DESCENT_STEPS;
      try (NDArray gradient = gradient(batch, toTruth, at);
          NDArray norms = gradient.square().sum(EACH, true).sqrt().add(1e-12f)) {
        at.subi(gradient.div(norms).mul((float) rate));
      }
    }
    return at;
  }

  private static NDArray gradient(TileBatch batch, UnaryOperator<NDArray> toTruth, NDArray at) {
    return Leaf.gradient(at, points -> toTruth.apply(batch.warped(points)).sum());
  }

  /** Distances of the blurred and of the pale truth, and of the shifted one, from the truth. */
  private static NDArray[] costs(TileBatch batch, Distance distance) {
    NDArray truth = batch.truth();
    UnaryOperator<NDArray> toTruth = distance.to(truth);
    NDArray blurred = Degradation.blurred(Degradation.blurred(truth));
    NDArray pale = truth.mul(0.6f).add(0.2f);
    NDArray shifted =
        toTruth
            .apply(batch.shifted(SHIFT, 0))
            .add(toTruth.apply(batch.shifted(-SHIFT, 0)))
            .add(toTruth.apply(batch.shifted(0, SHIFT)))
            .add(toTruth.apply(batch.shifted(0, -SHIFT)))
            .div(4);
    return new NDArray[] {toTruth.apply(blurred), toTruth.apply(pale), shifted};
  }

  /** The true numbers, then the predicted ones. */
  private static NDArray[] regressed(TileBatch batch, InverseTransformNetwork network) {
    try (Tape tape = Tape.inference(batch.truth().getManager())) {
      NDArray ofTruth = network.ofTruth(tape, batch.truth());
      NDArray predicted = network.transforms(tape, batch.warped(batch.points()), ofTruth);
      NDArray drawn = batch.outputs(batch.points());
      int parameters = network.outputs();
      NDArray[] columns = new NDArray[2 * parameters];
      for (int p = 0; p < parameters; p++) {
        columns[p] = drawn.get(":, " + p);
        columns[parameters + p] = predicted.get(":, " + p);
      }
      return columns;
    }
  }

  /** What is measured of every tile of all ranks, a row a tile, the same on all ranks. */
  double[][] gathered(int columns, Function<TileBatch, NDArray[]> measure) {
    // Each rank fills its own rows and leaves zeros in the others.
    double[] own = new double[total * columns];
    int row = first;
    int size = mine.isEmpty() ? 1 : Math.max(1, CHUNK / mine.get(0).count());
    for (int from = 0; from < mine.size(); from += size) {
      List<EdgeTiles> chunk = mine.subList(from, Math.min(mine.size(), from + size));
      try (NDManager arrays = device.newSubManager()) {
        NDArray[] measured = measure.apply(TileBatch.of(arrays, chunk, config));
        int tiles = Math.toIntExact(measured[0].size());
        for (int column = 0; column < columns; column++) {
          float[] values = measured[column].toFloatArray();
          for (int i = 0; i < tiles; i++) {
            own[(row + i) * columns + column] = values[i];
          }
        }
        row += tiles;
      }
    }
    double[] all = share.sum().apply(own);
    double[][] rows = new double[total][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * columns, (i + 1) * columns));
    return rows;
  }
}
