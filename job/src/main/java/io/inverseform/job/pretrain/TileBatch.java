package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.InverseNetworkConfig;
import io.inverseform.job.config.PretrainConfig;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.SpatialTransformer;
import io.inverseform.job.torch.Tensors;
import java.util.List;

/**
 * Tiles on their device.
 *
 * @param surroundings (M, 1, side, side), 0 and 1
 * @param truth (M, 1, tile, tile): the middle of each
 * @param parameters (M, parameters) of the drawn transforms
 * @param places where in theta they go, (parameters, 6)
 * @param identity theta of the identity, (1, 6)
 */
record TileBatch(
    NDArray surroundings,
    NDArray truth,
    NDArray parameters,
    NDArray places,
    NDArray identity,
    PretrainConfig config) {
  /** Numbers of theta, row-major (2, 3). */
  private static final int THETA = 6;

  static TileBatch of(NDManager manager, List<EdgeTiles> examples, PretrainConfig config) {
    int count = examples.stream().mapToInt(EdgeTiles::count).sum();
    int side = examples.get(0).side();
    int width = config.network().transform().parameters();
    float[] edges = new float[count * side * side];
    float[] parameters = new float[count * width];
    int edge = 0;
    int parameter = 0;
    for (EdgeTiles tiles : examples) {
      for (byte value : tiles.edges()) {
        edges[edge++] = value;
      }
      for (float value : tiles.parameters()) {
        parameters[parameter++] = value;
      }
    }
    NDArray surroundings = Tensors.of(manager, edges, new Shape(count, 1, side, side));
    int tile = config.network().tile();
    int margin = (side - tile) / 2;
    String middle = margin + ":" + (margin + tile);
    NDArray truth = surroundings.get(":, :, " + middle + ", " + middle).duplicate();
    return new TileBatch(
        surroundings,
        truth,
        Tensors.of(manager, parameters, new Shape(count, width)),
        places(manager, config.network().transform()),
        Tensors.of(manager, new float[] {1, 0, 0, 0, 1, 0}, new Shape(1, 6)),
        config);
  }

  /**
   * The parameters, each tile with those of another tile of its {@link EdgeTiles}.
   *
   * @param each tiles of one
   */
  NDArray exchanged(int each) {
    Shape shape = parameters.getShape();
    NDArray grouped = parameters.reshape(-1, each, shape.get(1));
    return grouped.get(":, 1:").concat(grouped.get(":, :1"), 1).reshape(shape);
  }

  /** The tiles under transforms (M, parameters), with the history of these; (M, 1, tile, tile). */
  NDArray warped(NDArray transforms) {
    NDArray offset = Operators.scale(transforms, config.warp().max());
    NDArray whole = offset.matMul(places);
    int tile = config.network().tile();
    return SpatialTransformer.window(surroundings, whole.add(identity), tile, tile);
  }

  /** Brings parameters (M, parameters) to their places in theta - I: (parameters, 6). */
  private static NDArray places(NDManager manager, InverseNetworkConfig.Transform transform) {
    int parameters = transform.parameters();
    float[] places = new float[parameters * THETA];
    for (int p = 0; p < parameters; p++) {
      places[p * THETA + transform.places().get(p)] = 1;
    }
    return Tensors.of(manager, places, new Shape(parameters, THETA));
  }
}
