package io.inverseform.udf.sql;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.PngEncoder;
import io.inverseform.udf.picture.Overlay;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;

/** Functions that draw label maps and edges for the eye. */
final class PictureFunctions {
  private static final int RED = 0xFF0000;

  private PictureFunctions() {}

  static List<SqlFunction> all() {
    return List.of(
        new ScalarEntry(
            Signature.of(
                    "colour_labels",
                    DataTypes.BinaryType,
                    "Draws a label map, RGB PNG; ids without a colour are black.")
                .takes(
                    Argument.labels("labels"),
                    Argument.palette(
                            "palette",
                            "colours of ids 0, 1, ... as numbers 0xRRGGBB (red is 16711680);"
                                + " those of Cityscapes' train ids if left out")
                        .optional())
                .example(
                    "label_ids(image_edges(_FUNC_("
                        + LabelFunctions.LEFT_RIGHT
                        + ", array(0, 16777215)), 1))",
                    "[0,1,1,0]"),
            options -> {
              Palette palette =
                  options.has("palette")
                      ? new Palette(options.palette("palette"))
                      : Palette.of(ClassCatalogue.cityscapes());
              return inputs -> png(palette.colour(inputs.map("labels")));
            }),
        new ScalarEntry(
            Signature.of(
                    "overlay_edges",
                    DataTypes.BinaryType,
                    "Draws an edge map over a picture of the same size, RGB PNG.")
                .takes(
                    Argument.picture("image"),
                    Argument.edges("edges"),
                    Argument.integer("colour", "of the edges, as a number 0xRRGGBB").or(RED))
                .example(
                    "label_ids(image_edges(_FUNC_("
                        + LabelFunctions.LEFT_RIGHT
                        + ", sobel_edges("
                        + LabelFunctions.LEFT_RIGHT
                        + ")), 1))",
                    "[1,1,1,1]"),
            options -> {
              Overlay overlay = new Overlay(options.integer("colour"));
              return inputs -> png(overlay.draw(inputs.map("edges"), inputs.picture("image")));
            }));
  }

  private static byte[] png(RgbPicture picture) {
    return PngEncoder.encode(picture.image());
  }
}
