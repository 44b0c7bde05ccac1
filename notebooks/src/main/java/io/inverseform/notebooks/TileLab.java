package io.inverseform.notebooks;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.pretrain.Distance;
import io.inverseform.job.torch.Leaf;
import io.inverseform.job.torch.SpatialTransformer;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * True edge tiles on a bench: moved, changed and compared with themselves by a {@link Distance}.
 * Each tile keeps its surroundings, so that what a warp moves into it is real.
 */
public final class TileLab implements AutoCloseable {
  private static final int TRIES = 50;

  private final NDManager arrays;
  private final int tile;
  private final int count;
  private final NDArray surroundings;
  private final NDArray truth;

  private TileLab(int tile, int count, int side, float[] edges) {
    this.tile = tile;
    this.count = count;
    arrays = Torch.manager(Device.cpu());
    surroundings = Tensors.of(arrays, edges, new Shape(count, 1, side, side));
    String middle = (side - tile) / 2 + ":" + ((side - tile) / 2 + tile);
    truth = surroundings.get(":, :, " + middle + ", " + middle).duplicate();
  }

  /**
   * Cuts tiles out of edge maps at random places, where there is something to see.
   *
   * @param maps 0 and 1, taken in turn; at least one and a half tiles wide and high
   * @param tile pixels on a side
   */
  public static TileLab cut(List<LabelMap> maps, int tile, int count, long seed) {
    int margin = tile / 4;
    int side = tile + 2 * margin;
    float[] edges = new float[count * side * side];
    for (int i = 0; i < count; i++) {
      LabelMap map = maps.get(i % maps.size());
      KeyedRandom random = new KeyedRandom(seed, i);
      int best = -1;
      for (int attempt = 0; attempt < TRIES && best < tile; attempt++) {
        int left = random.nextInt(map.width() - side + 1);
        int top = random.nextInt(map.height() - side + 1);
        int inTile = edgesIn(map, left + margin, top + margin, tile);
        if (inTile > best) {
          best = inTile;
          copy(map, left, top, side, edges, i * side * side);
        }
      }
    }
    return new TileLab(tile, count, side, edges);
  }

  private static int edgesIn(LabelMap map, int left, int top, int size) {
    int edges = 0;
    for (int y = top; y < top + size; y++) {
      for (int x = left; x < left + size; x++) {
        edges += map.id(x, y);
      }
    }
    return edges;
  }

  private static void copy(LabelMap map, int left, int top, int size, float[] to, int at) {
    for (int i = 0; i < size * size; i++) {
      to[at + i] = map.id(left + i % size, top + i / size);
    }
  }

  /** How many tiles there are. */
  public int count() {
    return count;
  }

  /** A true tile as it looks under a warp. */
  public BufferedImage picture(int index, Warp warp) {
    try (NDArray warped = warped(warp)) {
      return picture(warped, index);
    }
  }

  /** The mean distance of the tiles under a warp from the true ones. */
  public double cost(Distance distance, Warp warp) {
    try (NDArray warped = warped(warp)) {
      return mean(distance, warped);
    }
  }

  /**
   * The mean distance of changed tiles from the true ones.
   *
   * @param change of all tiles, (M, 1, tile, tile)
   */
  public double cost(Distance distance, UnaryOperator<NDArray> change) {
    try (NDManager scratch = arrays.newSubManager()) {
      NDArray tiles = truth.duplicate();
      tiles.attach(scratch);
      return mean(distance, change.apply(tiles));
    }
  }

  private double mean(Distance distance, NDArray tiles) {
    try (NDManager scratch = arrays.newSubManager()) {
      NDArray truth = this.truth.duplicate();
      truth.attach(scratch);
      tiles.attach(scratch);
      return distance.to(truth).apply(tiles).mean().getFloat();
    }
  }

  private NDArray warped(Warp warp) {
    return warped(row(warp.theta()));
  }

  private NDArray warped(NDArray theta) {
    return SpatialTransformer.window(surroundings, theta, tile, tile);
  }

  /** The same numbers for each tile. */
  private NDArray row(float... values) {
    float[] all = new float[count * values.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = values[i % values.length];
    }
    return Tensors.of(arrays, all, new Shape(count, values.length));
  }

  private BufferedImage picture(NDArray tiles, int index) {
    float[] pixels =
        Arrays.copyOfRange(tiles.toFloatArray(), index * tile * tile, (index + 1) * tile * tile);
    return Show.probabilities(pixels, tile);
  }

  /**
   * How well the distance's gradient points home after a shift.
   *
   * @param shift a warp that only shifts
   * @return mean cosine of the angle between the descent and the way back: 1 is straight home, 0
   *     anywhere, -1 away
   */
  public double agreement(Distance distance, Warp shift) {
    try (NDManager scratch = arrays.newSubManager()) {
      float[] gradients = gradient(distance, row(shift.theta()), scratch).toFloatArray();
      double homeX = -shift.theta()[2];
      double homeY = -shift.theta()[5];
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double x = -gradients[6 * i + 2];
        double y = -gradients[6 * i + 5];
        double lengths = Math.hypot(x, y) * Math.hypot(homeX, homeY);
        sum += lengths > 0 ? (x * homeX + y * homeY) / lengths : 0;
      }
      return sum / count;
    }
  }

  /** Of the sum of all distances, with respect to the warps (M, 6). */
  private NDArray gradient(Distance distance, NDArray theta, NDManager scratch) {
    theta.attach(scratch);
    UnaryOperator<NDArray> toTruth = distance.to(truth);
    return Leaf.gradient(theta, at -> toTruth.apply(warped(at)).sum());
  }

  /**
   * Descends on the distance of warped tiles, over all six numbers of their warps, by steps of a
   * given and falling length: distances have units of their own.
   *
   * @param start where all tiles begin
   * @param rate length of the first step, in half tiles
   * @return mean distance of the warps from the identity before and after each step, as a share of
   *     where they began
   */
  public double[] descend(Distance distance, Warp start, int steps, double rate) {
    double[] left = new double[steps + 1];
    NDArray theta = row(start.theta());
    for (int step = 0; step <= steps; step++) {
      left[step] = meanLength(theta.toFloatArray()) / meanLength(start.theta());
      try (NDManager scratch = arrays.newSubManager()) {
        NDArray gradient = gradient(distance, theta.duplicate(), scratch);
        theta.subi(unit(gradient).mul((float) (rate * (steps - step) / steps)));
      }
    }
    theta.close();
    return left;
  }

  /** Each row over its norm. */
  private static NDArray unit(NDArray rows) {
    NDArray flat = rows.flatten(1, -1);
    NDArray norms = flat.square().sum(new int[] {1}, true).sqrt().add(1e-12f);
    return flat.div(norms).reshape(rows.getShape());
  }

  private static double meanLength(float[] thetas) {
    double sum = 0;
    for (int at = 0; at < thetas.length; at += 6) {
      double square = 0;
      for (int i = 0; i < 6; i++) {
        double offset = thetas[at + i] - Warp.IDENTITY.theta()[i];
        square += offset * offset;
      }
      sum += Math.sqrt(square);
    }
    return sum / (thetas.length / 6);
  }

  /**
   * Maps after a descent in which every pixel could change.
   *
   * @param costs mean distance before and after each step
   * @param f mean F of the pixels above 0.5, before and after each step
   * @param pictures of the maps at the end
   */
  public record Freed(double[] costs, double[] f, List<BufferedImage> pictures) {}

  /**
   * Descends on the distance over the logits of every pixel, as if a segmentation network could
   * draw whatever it likes.
   *
   * @param start what the maps look like at first: the true ones under this warp
   * @param rate root mean square of the first step's changes, in logits
   */
  public Freed free(Distance distance, Warp start, int steps, double rate) {
    double[] costs = new double[steps + 1];
    double[] f = new double[steps + 1];
    UnaryOperator<NDArray> toTruth = distance.to(truth);
    try (NDManager owner = arrays.newSubManager()) {
      NDArray logits = warped(start).sub(0.5f).mul(4f);
      logits.attach(owner);
      for (int step = 0; step <= steps; step++) {
        try (NDManager scratch = owner.newSubManager()) {
          NDArray at = logits.duplicate();
          at.attach(scratch);
          NDArray maps = at.getNDArrayInternal().sigmoid();
          costs[step] = toTruth.apply(maps).mean().getFloat();
          f[step] = f(maps);
          NDArray gradient =
              Leaf.gradient(at, l -> toTruth.apply(l.getNDArrayInternal().sigmoid()).sum());
          logits.subi(unit(gradient).mul((float) (rate * tile * (steps - step) / steps)));
        }
      }
      NDArray maps = logits.getNDArrayInternal().sigmoid();
      return new Freed(
          costs, f, IntStream.range(0, count).mapToObj(i -> picture(maps, i)).toList());
    }
  }

  private double f(NDArray maps) {
    float[] drawn = maps.toFloatArray();
    float[] edges = truth.toFloatArray();
    double sum = 0;
    for (int i = 0; i < count; i++) {
      int both = 0;
      int all = 0;
      for (int k = i * tile * tile; k < (i + 1) * tile * tile; k++) {
        int isDrawn = drawn[k] > 0.5 ? 1 : 0;
        int isEdge = (int) edges[k];
        both += isDrawn * isEdge;
        all += isDrawn + isEdge;
      }
      sum += all == 0 ? 1 : 2.0 * both / all;
    }
    return sum / count;
  }

  @Override
  public void close() {
    arrays.close();
  }
}
