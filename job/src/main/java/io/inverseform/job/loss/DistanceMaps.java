package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tensors;
import io.inverseform.udf.edge.SignedDistance;
import io.inverseform.udf.label.LabelMap;
import java.util.List;

/** Signed distances of the classes' boundaries, made on the host where the labels are. */
public final class DistanceMaps {
  private DistanceMaps() {}

  /**
   * The map of every class, row by row from the top, in pixels, below 0 inside; null for a class
   * that is nowhere or everywhere, and so has no boundary.
   *
   * @param labels train ids
   */
  public static float[][] of(LabelMap labels, int classes) {
    int[] counts = new int[LabelMap.IGNORE + 1];
    for (byte id : labels.ids()) {
      counts[id & 0xFF]++;
    }
    int counted = labels.ids().length - counts[LabelMap.IGNORE];
    float[][] maps = new float[classes][];
    for (int c = 0; c < classes; c++) {
      if (counts[c] > 0 && counts[c] < counted) {
        maps[c] = SignedDistance.of(labels, c);
      }
    }
    return maps;
  }

  /**
   * The maps of several images as one tensor, zeros where there is none.
   *
   * @param images as by {@link #of}, all of the same size
   * @return (N, C, H, W), float32
   */
  public static NDArray tensor(NDManager manager, List<float[][]> images, int height, int width) {
    int classes = images.get(0).length;
    Shape one = new Shape(1, 1, height, width);
    NDArray all = manager.zeros(new Shape(images.size(), classes, height, width));
    for (int i = 0; i < images.size(); i++) {
      for (int c = 0; c < classes; c++) {
        float[] map = images.get(i)[c];
        if (map != null) {
          // Straight from each map that there is: no array of all of them is made on the host.
          NDIndex place = new NDIndex("{}:{}, {}:{}", i, i + 1, c, c + 1);
          try (NDArray plane = all.get(place);
              NDArray values = Tensors.of(manager, map, one)) {
            Operators.copy(plane, values);
          }
        }
      }
    }
    return all;
  }
}
