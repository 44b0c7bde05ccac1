package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Tiles as a picture, a column a tile: the true tile, the warped one, the warped one after descent
 * on its warp, and after descent over every pixel, on the transform alone and with the maps'
 * unlikeness. Darker is nearer to an edge. No text: it is drawn without a display and without
 * fonts.
 */
final class TileSheet {
  static final int TILES = 12;

  private static final int GAP = 4;
  private static final int SIDE = 64;

  private TileSheet() {}

  /**
   * The picture as a PNG file.
   *
   * @param alone the distance of the found transform
   * @param whole the same, with the maps' unlikeness
   */
  static byte[] png(Alignment tiles, Distance alone, Distance whole) {
    try (NDManager arrays = tiles.device().newSubManager()) {
      TileBatch batch = TileBatch.of(arrays, tiles.mine(), tiles.config());
      UnaryOperator<NDArray> byTransform = alone.to(batch.truth());
      UnaryOperator<NDArray> byAll = whole.to(batch.truth());
      NDArray warped = batch.warped(batch.points());
      NDArray logits = FreeLogits.logits(warped);
      FreeLogits free = FreeLogits.ALONE;
      return png(
          List.of(
              batch.truth(),
              warped,
              batch.warped(Alignment.undone(batch, byAll)),
              FreeLogits.sigmoid(free.descended(batch, byTransform, logits.duplicate())),
              FreeLogits.sigmoid(free.descended(batch, byAll, logits.duplicate()))),
          batch.tile());
    }
  }

  private static byte[] png(List<NDArray> rows, int tile) {
    int zoom = Math.max(1, SIDE / tile);
    int step = tile * zoom + GAP;
    int width = TILES * step + GAP;
    byte[] grey = new byte[width * (rows.size() * step + GAP)];
    Arrays.fill(grey, (byte) 200);
    for (int row = 0; row < rows.size(); row++) {
      float[] pixels = rows.get(row).toFloatArray();
      for (int i = 0; i < TILES; i++) {
        int corner = (GAP + row * step) * width + GAP + i * step;
        for (int y = 0; y < tile * zoom; y++) {
          for (int x = 0; x < tile * zoom; x++) {
            float value = pixels[(i * tile + y / zoom) * tile + x / zoom];
            grey[corner + y * width + x] = (byte) Math.round(255 * (1 - Math.min(1, value)));
          }
        }
      }
    }
    return LabelPng.encode(new LabelMap(width, grey.length / width, grey));
  }
}
