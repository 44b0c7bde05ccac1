package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.torch.SpatialTransformer;
import io.inverseform.job.torch.Tensors;
import java.util.List;

/**
 * Tiles on their device.
 *
 * @param surroundings (M, 1, side, side), 0 and 1
 * @param truth (M, 1, tile, tile): the middle of each
 * @param points (M, dimensions) of the drawn transforms
 * @param toTheta (dimensions, 6 or 8) as of {@link WarpSpace#toTheta}
 * @param toOutputs (dimensions, outputs) as of {@link WarpSpace#toOutputs}
 * @param identity theta of the identity, (1, 6 or 8)
 */
record TileBatch(
    NDArray surroundings,
    NDArray truth,
    NDArray points,
    NDArray toTheta,
    NDArray toOutputs,
    NDArray identity,
    int tile) {
  private static final float[] IDENTITY = {1, 0, 0, 0, 1, 0, 0, 0};

  static TileBatch of(NDManager manager, List<EdgeTiles> examples, PretrainConfig config) {
    WarpSpace space = WarpSpace.of(config);
    int count = examples.stream().mapToInt(EdgeTiles::count).sum();
    int side = examples.get(0).side();
    float[] edges = new float[count * side * side];
    float[] points = new float[count * space.dimensions()];
    int edge = 0;
    int point = 0;
    for (EdgeTiles tiles : examples) {
      for (byte value : tiles.edges()) {
        edges[edge++] = value;
      }
      for (float value : tiles.points()) {
        points[point++] = value;
      }
    }
    int tile = config.network().tile();
    NDArray surroundings = Tensors.of(manager, edges, new Shape(count, 1, side, side));
    float[] toTheta = space.toTheta();
    int width = toTheta.length / space.dimensions();
    return new TileBatch(
        surroundings,
        middle(surroundings, tile, 0, 0),
        Tensors.of(manager, points, new Shape(count, space.dimensions())),
        Tensors.of(manager, toTheta, new Shape(space.dimensions(), width)),
        Tensors.of(
            manager,
            space.toOutputs(),
            new Shape(space.dimensions(), config.network().transform().parameters())),
        Tensors.of(manager, java.util.Arrays.copyOf(IDENTITY, width), new Shape(1, width)),
        tile);
  }

  private static NDArray middle(NDArray surroundings, int tile, int right, int down) {
    long margin = (surroundings.getShape().get(2) - tile) / 2;
    String rows = (margin + down) + ":" + (margin + down + tile);
    String columns = (margin + right) + ":" + (margin + right + tile);
    return surroundings.get(":, :, " + rows + ", " + columns).duplicate();
  }

  /**
   * The tiles as they are some pixels further in the picture, at most the margin; (M, 1, tile,
   * tile).
   */
  NDArray shifted(int right, int down) {
    return middle(surroundings, tile, right, down);
  }

  /**
   * The points, each tile with that of another tile of its {@link EdgeTiles}.
   *
   * @param each tiles of one
   */
  NDArray exchanged(int each) {
    Shape shape = points.getShape();
    NDArray grouped = points.reshape(-1, each, shape.get(1));
    return grouped.get(":, 1:").concat(grouped.get(":, :1"), 1).reshape(shape);
  }

  /** What the network shall say of points (M, dimensions): (M, outputs). */
  NDArray outputs(NDArray of) {
    return of.matMul(toOutputs);
  }

  /** The tiles under points (M, dimensions), with the history of these; (M, 1, tile, tile). */
  NDArray warped(NDArray at) {
    return SpatialTransformer.window(surroundings, at.matMul(toTheta).add(identity), tile, tile);
  }
}
