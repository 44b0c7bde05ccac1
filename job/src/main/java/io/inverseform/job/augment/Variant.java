package io.inverseform.job.augment;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.torch.Images;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.List;

/**
 * What a network sees of a sample in an epoch, to look at: all of the crop's size.
 *
 * @param corners of the crop in the source, x and y in pixels, clockwise from the upper left
 * @param words what was drawn
 */
public record Variant(
    double[][] corners, String words, RgbPicture picture, LabelMap labels, LabelMap edges) {
  /**
   * Augments a sample as training does.
   *
   * @param epoch from 0
   * @throws IOException naming the sample, if it cannot be decoded
   */
  public static Variant of(
      NDManager device,
      Augmentation augmentation,
      Images images,
      Sample sample,
      Draw draw,
      int epoch)
      throws IOException {
    Crop crop = augmentation.crop(sample, draw, epoch);
    int width = augmentation.config().cropWidth();
    int height = augmentation.config().cropHeight();
    try (NDManager arrays = device.newSubManager()) {
      Batch batch = Batch.of(arrays, List.of(crop), images, augmentation.config());
      return new Variant(
          crop.window().corners(),
          crop.window().words() + crop.look().words(),
          new RgbPicture(width, height, images.bytes(batch.images())),
          new LabelMap(width, height, crop.labels()),
          new LabelMap(width, height, crop.edges()));
    }
  }
}
