package io.inverseform.job.pretrain;

import io.inverseform.job.config.PretrainConfig;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.random.KeyedRandom;

/**
 * Tiles of one edge map, each with its surroundings, a transform that warps it, and what is done to
 * the warped map.
 *
 * @param side pixels on a side of a tile with its surroundings
 * @param edges (count, side, side), 0 and 1; the tile is the middle
 * @param points (count, dimensions) of the {@link WarpSpace}
 */
record EdgeTiles(int side, byte[] edges, float[] points, Degradation degradation) {
  /** Positions tried before a tile with hardly an edge is taken. */
  private static final int TRIES = 20;

  /**
   * Draws positions and transforms for training.
   *
   * @param difficulty 0 to 1, by which lengths and degradations are multiplied
   */
  static EdgeTiles draw(
      LabelMap map, PretrainConfig config, double difficulty, KeyedRandom random) {
    return draw(map, config, config.tiles(), config.warp().identity(), difficulty, true, random);
  }

  /** Draws positions and transforms for scores: all tiles are warped, and nothing else. */
  static EdgeTiles held(LabelMap map, PretrainConfig config, int count, KeyedRandom random) {
    return draw(map, config, count, 0, 1, false, random);
  }

  private static EdgeTiles draw(
      LabelMap map,
      PretrainConfig config,
      int count,
      double identity,
      double difficulty,
      boolean changed,
      KeyedRandom random) {
    WarpSpace space = WarpSpace.of(config);
    int tile = config.network().tile();
    int side = tile + 2 * space.margin(tile);
    byte[] edges = new byte[count * side * side];
    float[] points = new float[count * space.dimensions()];
    for (int i = 0; i < count; i++) {
      cut(map, tile, side, random, edges, i * side * side);
      if (random.nextDouble() >= identity) {
        space.draw(difficulty * random.nextDouble(), random, points, i * space.dimensions());
      }
    }
    Degradation degradation =
        changed ? Degradation.draw(config.degrade(), tile, count, difficulty, random) : null;
    return new EdgeTiles(side, edges, points, degradation);
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
}
