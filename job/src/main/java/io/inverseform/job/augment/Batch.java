package io.inverseform.job.augment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.loss.DistanceMaps;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.PictureOperators;
import io.inverseform.job.torch.Tensors;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A worker's share of a step on its device.
 *
 * @param images (N, 3, H, W) normalised
 * @param labels (N, H, W) train ids, int64
 * @param edges (N, 1, H, W) 0 and 1, float32
 * @param distances (N, C, H, W) signed, float32; null where the crops have none
 */
public record Batch(NDArray images, NDArray labels, NDArray edges, NDArray distances) {
  /** Scales, rotates, mirrors, colours, pads and stacks crops on the manager's device. */
  public static Batch of(NDManager manager, List<Crop> crops, Images images, AugmentConfig config) {
    int height = config.cropHeight();
    int width = config.cropWidth();
    int n = crops.size();
    byte[] labels = new byte[n * height * width];
    byte[] edges = new byte[n * height * width];
    NDList pictures = new NDList();
    for (int i = 0; i < n; i++) {
      Crop crop = crops.get(i);
      System.arraycopy(crop.labels(), 0, labels, i * height * width, height * width);
      System.arraycopy(crop.edges(), 0, edges, i * height * width, height * width);
      pictures.add(picture(manager, crop, images, height, width));
    }
    try (pictures;
        NDArray edgeBytes =
            manager.create(
                ByteBuffer.wrap(edges), new Shape(n, 1, height, width), DataType.UINT8)) {
      return new Batch(
          NDArrays.concat(pictures, 0),
          Tensors.labels(manager, labels, new Shape(n, height, width)),
          edgeBytes.toType(DataType.FLOAT32, false),
          distances(manager, crops, height, width));
    }
  }

  private static NDArray distances(NDManager manager, List<Crop> crops, int height, int width) {
    return crops.get(0).distances() == null
        ? null
        : DistanceMaps.tensor(manager, crops.stream().map(Crop::distances).toList(), height, width);
  }

  private static NDArray picture(
      NDManager manager, Crop crop, Images images, int height, int width) {
    CropWindow window = crop.window();
    try (NDArray pixels =
        Images.pixels(manager, crop.rgb(), crop.reach().height(), crop.reach().width())) {
      if (window.isRotated()) {
        double[] theta = window.theta(crop.reach());
        try (NDArray grid = PictureOperators.grid(pixels, theta, height, width);
            NDArray inside = PictureOperators.inside(grid);
            NDArray normalised =
                coloured(PictureOperators.sample(pixels, grid), crop.look(), images)) {
          return normalised.mul(inside);
        }
      }
      NDArray scaled = Images.scaled(pixels, window.height(), window.width());
      NDArray placed = coloured(window.flip() ? mirrored(scaled) : scaled, crop.look(), images);
      if (window.height() == height && window.width() == width) {
        return placed;
      }
      try (placed) {
        return placed.pad(new Shape(0, width - window.width(), 0, height - window.height()), 0);
      }
    }
  }

  private static NDArray mirrored(NDArray picture) {
    try (picture) {
      return picture.flip(3);
    }
  }

  private static NDArray coloured(NDArray picture, Look look, Images images) {
    try (NDArray changed = look.apply(picture)) {
      return images.normalised(changed);
    }
  }
}
