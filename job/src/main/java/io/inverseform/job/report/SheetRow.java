package io.inverseform.job.report;

import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.job.evaluate.Scores;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of the picture sheet.
 *
 * @param place such as "worst"
 * @param sampleId of the picture
 * @param scores of the picture, as text
 * @param panels of one size; the same in all rows of a sheet
 */
record SheetRow(String place, String sampleId, String scores, List<Panel> panels) {
  /** The row of a sample whose pictures have no side above maxSide. */
  static SheetRow of(Ranked ranked, PredictedSample sample, Palette palette, int maxSide)
      throws IOException {
    RgbPicture picture = RgbPicture.decode(sample.image());
    Thumbnails thumbnails = new Thumbnails(picture.width(), picture.height(), maxSide);
    List<Panel> panels = new ArrayList<>();
    panels.add(new Panel("image", thumbnails.photograph(picture), true));
    panels.add(new Panel("true labels", thumbnails.classes(sample.labels(), palette), false));
    panels.add(
        new Panel(
            "predicted labels", thumbnails.classes(sample.predictedLabels(), palette), false));
    panels.add(
        new Panel(
            "errors",
            thumbnails.errors(
                picture, sample.labels(), sample.predictedLabels(), palette.colours().size()),
            true));
    panels.add(new Panel("true edges", thumbnails.edges(sample.edges(), 1), false));
    panels.add(new Panel("predicted edges", thumbnails.edges(sample.predictedEdges(), 255), true));
    for (PredictedSample.Attention attention : sample.attention()) {
      panels.add(
          new Panel(
              "attention to scale " + attention.scale(), thumbnails.heat(attention.map()), true));
    }
    return new SheetRow(
        ranked.place(),
        sample.sampleId(),
        "mIoU %s, boundary F %s"
            .formatted(
                Scores.number(ranked.score().meanIou()), Scores.number(ranked.score().boundaryF())),
        panels);
  }

  int width() {
    return panels.get(0).image().getWidth();
  }

  int height() {
    return panels.get(0).image().getHeight();
  }
}
