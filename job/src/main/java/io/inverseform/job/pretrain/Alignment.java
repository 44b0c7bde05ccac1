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
 * Whether a distance between tiles can teach: whether the longer of two warps costs more, and
 * whether descent on the distance undoes a warp. The held-out tiles are spread over the ranks.
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
  /** About as many tiles at once: bounds the memory. */
  private static final int CHUNK = 64;

  private static final int DESCENT_STEPS = 40;

  /** First of linearly falling rates; a gradient of length 1 moves a tile by 1.6 normalisers. */
  private static final double DESCENT_RATE = 0.08;

  /** Share of tiles of whose two warps the longer one has the larger distance. */
  double ordered(Distance distance) {
    double[][] rows = gathered(4, batch -> compared(batch, distance));
    return shareOf(rows, row -> row[0] < row[1] == row[2] < row[3]);
  }

  /** Shares of tiles that descent leaves nearer to the identity, and at most half as far. */
  Map<String, Double> descended(Distance distance) {
    double[][] rows = gathered(2, batch -> descended(batch, distance));
    Map<String, Double> scores = new LinkedHashMap<>();
    scores.put(InverseTransform.RIGHT_DIRECTION, shareOf(rows, row -> row[1] < row[0]));
    scores.put(InverseTransform.HALVED, shareOf(rows, row -> row[1] <= row[0] / 2));
    return scores;
  }

  /** Share of explained variance of each parameter of the transforms. */
  double[] explained(InverseTransformNetwork network) {
    return explained(gathered(2 * network.outputs(), batch -> regressed(batch, network)));
  }

  /**
   * @param rows drawn parameters, then predicted ones
   */
  static double[] explained(double[][] rows) {
    int parameters = rows[0].length / 2;
    double[] explained = new double[parameters];
    for (int p = 0; p < parameters; p++) {
      int drawn = p;
      int predicted = parameters + p;
      double mean = Arrays.stream(rows).mapToDouble(row -> row[drawn]).average().orElseThrow();
      double variance = Arrays.stream(rows).mapToDouble(r -> square(r[drawn] - mean)).sum();
      double error = Arrays.stream(rows).mapToDouble(r -> square(r[drawn] - r[predicted])).sum();
      explained[p] = 1 - error / variance;
    }
    return explained;
  }

  private static double square(double value) {
    return value * value;
  }

  private static double shareOf(double[][] rows, Predicate<double[]> condition) {
    return Arrays.stream(rows).filter(condition).count() / (double) rows.length;
  }

  /** Lengths of a tile's own warp and of another one, then the distances under both. */
  private NDArray[] compared(TileBatch batch, Distance distance) {
    NDArray own = batch.parameters();
    NDArray other = batch.exchanged(mine.get(0).count());
    UnaryOperator<NDArray> toTruth = distance.to(batch.truth());
    return new NDArray[] {
      Operators.rowNorms(own),
      Operators.rowNorms(other),
      toTruth.apply(batch.warped(own)),
      toTruth.apply(batch.warped(other))
    };
  }

  /** Lengths of a tile's warp before and after the descent. */
  private static NDArray[] descended(TileBatch batch, Distance distance) {
    UnaryOperator<NDArray> toTruth = distance.to(batch.truth());
    NDArray at = batch.parameters().duplicate();
    for (int step = 0; step < DESCENT_STEPS; step++) {
      double rate = DESCENT_RATE * (DESCENT_STEPS - step) / DESCENT_STEPS;
      try (NDArray gradient = Leaf.gradient(at, warp -> toTruth.apply(batch.warped(warp)).sum())) {
        at.subi(gradient.muli(rate));
      }
    }
    return new NDArray[] {Operators.rowNorms(batch.parameters()), Operators.rowNorms(at)};
  }

  /** The drawn parameters, then the predicted ones. */
  private static NDArray[] regressed(TileBatch batch, InverseTransformNetwork network) {
    try (Tape tape = Tape.inference(batch.truth().getManager())) {
      NDArray ofTruth = network.ofTruth(tape, batch.truth());
      NDArray predicted = network.transforms(tape, batch.warped(batch.parameters()), ofTruth);
      int parameters = network.outputs();
      NDArray[] columns = new NDArray[2 * parameters];
      for (int p = 0; p < parameters; p++) {
        columns[p] = batch.parameters().get(":, " + p);
        columns[parameters + p] = predicted.get(":, " + p);
      }
      return columns;
    }
  }

  /** What is measured of every tile of all ranks, a row a tile, the same on all ranks. */
  private double[][] gathered(int columns, Function<TileBatch, NDArray[]> measure) {
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
