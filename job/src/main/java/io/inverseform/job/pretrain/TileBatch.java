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
 */
record TileBatch(NDArray surroundings, NDArray truth, NDArray parameters, PretrainConfig config) {
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
        surroundings, truth, Tensors.of(manager, parameters, new Shape(count, width)), config);
  }

  /** The tiles under transforms (M, parameters), with the history of these; (M, 1, tile, tile). */
  NDArray warped(NDArray transforms) {
    int tile = config.network().tile();
    return SpatialTransformer.window(surroundings, theta(transforms), tile, tile);
  }

  /** Normalised parameters to theta (M, 6), row-major. */
  private NDArray theta(NDArray transforms) {
    NDManager manager = transforms.getManager();
    boolean all = config.network().transform() == InverseNetworkConfig.Transform.EUCLIDEAN6;
    // Of shift x, shift y, scale x, scale y, each row says where in theta it goes.
    float[] places =
        all
            ? new float[] {
              1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1,
              0, 0, 0, 0, 0, 0, 1
            }
            : new float[] {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    NDArray matrix = Tensors.of(manager, places, new Shape(places.length / 6, 6));
    NDArray identity = Tensors.of(manager, new float[] {1, 0, 0, 0, 1, 0}, new Shape(1, 6));
    return Operators.scale(transforms, config.warp().max()).matMul(matrix).add(identity);
  }
}
