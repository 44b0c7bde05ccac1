package io.inverseform.job.report;

import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;

/**
 * A row of the picture sheet.
 *
 * @param place such as "worst"
 * @param sampleId of the picture
 * @param scores of the picture, as text
 * @param images one for each of {@link #COLUMNS}, of one size
 */
record SheetRow(String place, String sampleId, String scores, List<BufferedImage> images) {
  /** Titles of the columns. */
  static final List<String> COLUMNS =
      List.of("image", "true labels", "true edges", "predicted labels", "predicted edges");

  /** The row of a sample whose pictures have no side above maxSide. */
  static SheetRow of(Ranked ranked, PredictedSample sample, Palette palette, int maxSide)
      throws IOException {
    RgbPicture picture = RgbPicture.decode(sample.image());
    Thumbnails thumbnails = new Thumbnails(picture.width(), picture.height(), maxSide);
    return new SheetRow(
        ranked.place(),
        sample.sampleId(),
        "mIoU %s, boundary F %s"
            .formatted(
                Scores.number(ranked.score().meanIou()), Scores.number(ranked.score().boundaryF())),
        List.of(
            thumbnails.photograph(picture),
            thumbnails.classes(sample.labels(), palette),
            thumbnails.edges(sample.edges(), 1),
            thumbnails.classes(sample.predictedLabels(), palette),
            thumbnails.edges(sample.predictedEdges(), 255)));
  }

  int width() {
    return images.get(0).getWidth();
  }

  int height() {
    return images.get(0).getHeight();
  }
}
