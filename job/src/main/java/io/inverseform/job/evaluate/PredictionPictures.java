package io.inverseform.job.evaluate;

import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.PngEncoder;
import io.inverseform.udf.picture.Overlay;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.util.Map;

/** What is drawn of a predicted picture: PNG files of its size, by the folder they belong in. */
final class PredictionPictures {
  private static final double COLOUR = 0.5;
  private static final Overlay WHITE = new Overlay(0xFFFFFF);
  private static final EdgeOperator BOUNDARIES = new SobelEdges(1);

  private final Palette palette;

  PredictionPictures(Palette palette) {
    this.palette = palette;
  }

  /** Train ids, train ids with the classes' colours, and these over the picture. */
  Map<String, byte[]> draw(RgbPicture picture, LabelMap labels) {
    RgbPicture coloured = picture.blend(palette.colour(labels), COLOUR);
    RgbPicture overlay = WHITE.draw(BOUNDARIES.edges(labels), coloured);
    return Map.of(
        "ids", LabelPng.encode(labels),
        "color", palette.png(labels),
        "overlay", PngEncoder.encode(overlay.image()));
  }
}
