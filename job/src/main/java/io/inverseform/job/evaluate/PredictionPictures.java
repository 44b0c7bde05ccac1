package io.inverseform.job.evaluate;

import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.PngEncoder;
import io.inverseform.udf.picture.Overlay;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is drawn of a predicted picture: PNG files of its size, by the folder they belong in. */
final class PredictionPictures {
  private static final double COLOUR = 0.5;
  private static final Overlay WHITE = new Overlay(0xFFFFFF);
  private static final EdgeOperator BOUNDARIES = new SobelEdges(1);

  private final ClassCatalogue classes;
  private final Palette palette;
  private final boolean labelIds;

  /**
   * Drawings.
   *
   * @param labelIds whether there are those of the data set's own label files, too
   */
  PredictionPictures(ClassCatalogue classes, boolean labelIds) {
    this.classes = classes;
    this.labelIds = labelIds;
    palette = Palette.of(classes);
  }

  /**
   * Train ids, train ids with the classes' colours, and these over the picture; at wish label ids.
   */
  Map<String, byte[]> draw(RgbPicture picture, LabelMap labels) {
    RgbPicture coloured = picture.blend(palette.colour(labels), COLOUR);
    RgbPicture overlay = WHITE.draw(BOUNDARIES.edges(labels), coloured);
    Map<String, byte[]> pngs = new LinkedHashMap<>();
    pngs.put("ids", LabelPng.encode(labels));
    pngs.put("color", palette.png(labels));
    pngs.put("overlay", PngEncoder.encode(overlay.image()));
    if (labelIds) {
      pngs.put("label_ids", LabelPng.encode(classes.toSourceIds(labels)));
    }
    return pngs;
  }
}
