package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.torch.Operators;
import java.util.List;

/** Cuts boundary maps into square tiles. */
interface TileGrid {
  /**
   * The tiles of all images, in the order of {@link Operators#tiles}.
   *
   * @param boundary (N, 1, H, W)
   * @return (M, 1, tile, tile)
   */
  NDArray cut(NDArray boundary);

  /**
   * The grid that a configuration asks for.
   *
   * @param rowsAndColumns that every image is resized to; empty for {@link Padded}
   */
  static TileGrid of(List<Integer> rowsAndColumns, int tile) {
    return rowsAndColumns.isEmpty()
        ? new Padded(tile)
        : new Resized(rowsAndColumns.get(0), rowsAndColumns.get(1), tile);
  }

  /** Whole tiles around the image, zeros beyond its frame: pixels and aspect ratio stay. */
  record Padded(int tile) implements TileGrid {
    @Override
    public NDArray cut(NDArray boundary) {
      Shape shape = boundary.getShape();
      NDArray whole = Operators.padTo(boundary, whole(shape.get(2)), whole(shape.get(3)));
      return Operators.tiles(whole, tile);
    }

    private long whole(long side) {
      return (side + tile - 1) / tile * tile;
    }
  }

  /** As many tiles whatever the image's shape: it is resized to them. */
  record Resized(int rows, int columns, int tile) implements TileGrid {
    @Override
    public NDArray cut(NDArray boundary) {
      NDArray whole =
          Operators.bilinear(boundary, (long) rows * tile, (long) columns * tile, false);
      return Operators.tiles(whole, tile);
    }
  }
}
