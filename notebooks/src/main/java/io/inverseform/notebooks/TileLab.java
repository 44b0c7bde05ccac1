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
   * Descends on the distance of warped tiles, over their warps, with steps of falling length.
   *
   * @param start where all tiles begin
   * @return of each tile, how far it is from the identity after each step, as a share of where it
   *     began: (tiles, steps + 1)
   */
  public double[][] descend(Distance distance, Warp start, int steps, double rate) {
    double[][] left = new double[count][steps + 1];
    try (NDManager scratch = arrays.newSubManager()) {
      UnaryOperator<NDArray> toTruth = distance.to(truth);
      NDArray theta = row(start.theta());
      theta.attach(scratch);
      double began = length(start.theta(), 0);
      for (int step = 0; ; step++) {
        float[] now = theta.toFloatArray();
        for (int i = 0; i < count; i++) {
          left[i][step] = length(now, 6 * i) / began;
        }
        if (step == steps) {
          return left;
        }
        try (NDArray gradient = Leaf.gradient(theta, at -> toTruth.apply(warped(at)).sum())) {
          // Only the direction counts: distances have units of their own.
          NDArray norm = gradient.square().sum(new int[] {1}, true).sqrt().add(1e-9f);
          theta.subi(gradient.div(norm).mul((float) (rate * (steps - step) / steps)));
        }
      }
    }
  }

  private static double length(float[] theta, int at) {
    double square = 0;
    for (int i = 0; i < 6; i++) {
      double offset = theta[at + i] - Warp.IDENTITY.theta()[i];
      square += offset * offset;
    }
    return Math.sqrt(square);
  }

  @Override
  public void close() {
    arrays.close();
  }
}
