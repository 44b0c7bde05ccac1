package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.LossConfig;
import io.inverseform.job.torch.Operators;

/** Cuts boundary maps into square tiles, and says what each tile counts. */
interface TileGrid {
  /**
   * The tiles of all images, in the order of {@link Operators#tiles}.
   *
   * @param boundary (N, 1, H, W)
   * @return (M, 1, tile, tile)
   */
  NDArray cut(NDArray boundary);

  /**
   * Weights under which a sum over tiles is the sum over images of means over tiles.
   *
   * @param truth true tiles (M, 1, tile, tile)
   * @return (M)
   */
  NDArray shares(NDArray truth, long images);

  /** The grid that a configuration asks for. */
  static TileGrid of(LossConfig.Tiling tiling, int tile) {
    return switch (tiling) {
      case PADDED -> new Padded(tile);
      case RESIZED_3X6 -> new Resized(tile);
    };
  }

  /**
   * Whole tiles around the image, zeros beyond its frame. A tile without a true edge has nothing
   * that could have been moved: it does not count, and an image of such tiles gives 0.
   */
  record Padded(int tile) implements TileGrid {
    private static final int[] PIXELS = {1, 2, 3};
    private static final int[] TILES = {0};

    @Override
    public NDArray cut(NDArray boundary) {
      Shape shape = boundary.getShape();
      NDArray whole = Operators.padTo(boundary, whole(shape.get(2)), whole(shape.get(3)));
      return Operators.tiles(whole, tile);
    }

    private long whole(long side) {
      return (side + tile - 1) / tile * tile;
    }

    @Override
    public NDArray shares(NDArray truth, long images) {
      NDArray counts = truth.sum(PIXELS).gt(0).toType(truth.getDataType(), false);
      NDArray byImage = counts.reshape(-1, images);
      return byImage.div(byImage.sum(TILES, true).maximum(1)).reshape(-1);
    }
  }

  /** As published: every image is resized to 3 rows of 6 tiles, and all of them count. */
  record Resized(int tile) implements TileGrid {
    private static final int ROWS = 3;
    private static final int COLUMNS = 6;

    @Override
    public NDArray cut(NDArray boundary) {
      NDArray whole =
          Operators.bilinear(boundary, (long) ROWS * tile, (long) COLUMNS * tile, false);
      return Operators.tiles(whole, tile);
    }

    @Override
    public NDArray shares(NDArray truth, long images) {
      return truth
          .getManager()
          .ones(new Shape(ROWS * COLUMNS * images), truth.getDataType())
          .div(ROWS * COLUMNS);
    }
  }
}
