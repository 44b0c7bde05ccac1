package io.inverseform.job.pretrain;

import io.inverseform.job.config.PretrainConfig;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;
import java.util.Arrays;

/**
 * Tiles of one edge map, each with its surroundings and a transform that warps it.
 *
 * @param side pixels on a side of a tile with its surroundings
 * @param edges (count, side, side), 0 and 1; the tile is the middle
 * @param parameters (count, parameters): theta - I over the normaliser
 */
record EdgeTiles(int side, byte[] edges, float[] parameters) {
  /** Positions tried before a tile with hardly an edge is taken. */
  private static final int TRIES = 20;

  /**
   * Draws positions and transforms.
   *
   * @param identity share of tiles that are not warped
   */
  static EdgeTiles draw(
      LabelMap map, PretrainConfig config, int count, double identity, KeyedRandom random) {
    int side = side(config);
    int parameters = config.network().transform().parameters();
    byte[] edges = new byte[count * side * side];
    float[] transforms = new float[count * parameters];
    for (int i = 0; i < count; i++) {
      cut(map, config.network().tile(), side, random, edges, i * side * side);
      if (random.nextDouble() >= identity) {
        vector(parameters, random.nextDouble(), random, transforms, i * parameters);
      }
    }
    return new EdgeTiles(side, edges, transforms);
  }

  /** So that no transform moves anything into the tile that is not in its surroundings. */
  private static int side(PretrainConfig config) {
    int tile = config.network().tile();
    // |theta - I| = r moves a corner (1, 1, 1) by at most sqrt(3) r half tiles along an axis.
    int margin = (int) Math.ceil(Math.sqrt(3) * config.warp().max() * tile / 2) + 1;
    return tile + 2 * margin;
  }

  int count() {
    return edges.length / (side * side);
  }

  /** Prefers a tile that a line could cross: with as many edge pixels as the tile has rows. */
  private static void cut(
      LabelMap map, int tile, int side, KeyedRandom random, byte[] edges, int at) {
    int margin = (side - tile) / 2;
    byte[] best = null;
    int most = -1;
    for (int attempt = 0; attempt < TRIES && most < tile; attempt++) {
      byte[] drawn =
          window(
              map, position(map.width(), side, random), position(map.height(), side, random), side);
      int inTile = 0;
      for (int y = margin; y < margin + tile; y++) {
        for (int x = margin; x < margin + tile; x++) {
          inTile += drawn[y * side + x];
        }
      }
      if (inTile > most) {
        most = inTile;
        best = drawn;
      }
    }
    System.arraycopy(best, 0, edges, at, side * side);
  }

  /** A start inside the map where it is large enough; otherwise the map lies within the window. */
  private static int position(int length, int side, KeyedRandom random) {
    int free = length - side;
    int drawn = random.nextInt(Math.abs(free) + 1);
    return free < 0 ? -drawn : drawn;
  }

  private static byte[] window(LabelMap map, int left, int top, int side) {
    byte[] window = new byte[side * side];
    for (int y = Math.max(0, -top); y < Math.min(side, map.height() - top); y++) {
      int from = Math.max(0, -left);
      int to = Math.min(side, map.width() - left);
      System.arraycopy(
          map.ids(), (top + y) * map.width() + left + from, window, y * side + from, to - from);
    }
    return window;
  }

  /** A vector of that length in a direction drawn uniformly. */
  private static void vector(
      int parameters, double length, KeyedRandom random, float[] transforms, int at) {
    double[] drawn = new double[parameters];
    Arrays.setAll(drawn, i -> random.nextGaussian());
    double norm = Math.sqrt(Arrays.stream(drawn).map(v -> v * v).sum());
    for (int i = 0; i < parameters; i++) {
      transforms[at + i] = (float) (length * drawn[i] / norm);
    }
  }
}
