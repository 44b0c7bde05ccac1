package io.inverseform.job.archive;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.output.CategoryMask;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import io.inverseform.job.model.Segmenter;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.image.BufferedImage;

/** One picture at a time, as a {@link Segmenter} does it. */
final class PictureTranslator implements NoBatchifyTranslator<Image, CategoryMask> {
  private final ServedNetwork network;

  PictureTranslator(ServedNetwork network) {
    this.network = network;
  }

  @Override
  public NDList processInput(TranslatorContext context, Image image) {
    RgbPicture picture = picture(context, image);
    return new NDList(
        network
            .segmenter()
            .input(context.getNDManager(), picture.rgb(), picture.height(), picture.width()));
  }

  /** Java's pictures by our own conversion: AWT's, which DJL takes, changes grey ones. */
  private static RgbPicture picture(TranslatorContext context, Image image) {
    if (image.getWrappedImage() instanceof BufferedImage buffered) {
      return RgbPicture.of(buffered);
    }
    try (NDArray pixels = image.toNDArray(context.getNDManager(), Image.Flag.COLOR);
        NDArray bytes = pixels.toType(DataType.UINT8, false)) {
      return new RgbPicture(image.getWidth(), image.getHeight(), bytes.toByteArray());
    }
  }

  @Override
  public CategoryMask processOutput(TranslatorContext context, NDList outputs) {
    return new CategoryMask(
        network.classes(), Segmenter.labelMap(outputs.get(ServedNetwork.TRAIN_IDS)).rows());
  }
}
