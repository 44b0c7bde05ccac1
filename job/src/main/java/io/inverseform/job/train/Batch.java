package io.inverseform.job.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.AugmentConfig;
import io.inverseform.job.loss.DistanceMaps;
import io.inverseform.job.torch.Images;
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
record Batch(NDArray images, NDArray labels, NDArray edges, NDArray distances) {
  /** Scales, mirrors, pads and stacks crops on the manager's device. */
  static Batch of(NDManager manager, List<Crop> crops, Images images, AugmentConfig config) {
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
    NDArray scaled =
        images.tensor(
            manager,
            crop.rgb(),
            window.sourceHeight(),
            window.sourceWidth(),
            window.height(),
            window.width());
    if (window.flip()) {
      try (NDArray unflipped = scaled) {
        scaled = unflipped.flip(3);
      }
    }
    if (window.height() == height && window.width() == width) {
      return scaled;
    }
    try (NDArray unpadded = scaled) {
      return unpadded.pad(new Shape(0, width - window.width(), 0, height - window.height()), 0);
    }
  }
}
