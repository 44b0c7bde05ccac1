package io.inverseform.udf.picture;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.PngEncoder;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.io.Serializable;
import java.util.List;

/**
 * The colours of train ids. Ids without one are black: the ignored pixels, above all.
 *
 * @param colours by train id, 0xRRGGBB, at most 256 of them
 */
public record Palette(List<Integer> colours) implements Serializable {
  /** Checks the colours. */
  public Palette {
    colours = List.copyOf(colours);
    if (colours.size() > 256) {
      throw new IllegalArgumentException(
          "a palette has at most 256 colours, this one " + colours.size());
    }
    for (int id = 0; id < colours.size(); id++) {
      check(colours.get(id), "colour of train id " + id);
    }
  }

  static int check(int rgb, String what) {
    if (rgb < 0 || rgb > 0xFFFFFF) {
      throw new IllegalArgumentException(what + " must be 0xRRGGBB, is 0x%X".formatted(rgb));
    }
    return rgb;
  }

  /** The display colours of a data set's classes. */
  public static Palette of(ClassCatalogue catalogue) {
    return new Palette(catalogue.classes().stream().map(ClassCatalogue.LabelClass::rgb).toList());
  }

  /** The colour of a train id, 0xRRGGBB. */
  public int rgb(int trainId) {
    return trainId < colours.size() ? colours.get(trainId) : 0;
  }

  /**
   * A label map as an 8-bit PNG file with this palette: a viewer shows the colours, and {@link
   * io.inverseform.udf.label.LabelPng#decode} reads the ids.
   */
  public byte[] png(LabelMap trainIds) {
    int[] table = table();
    IndexColorModel model =
        new IndexColorModel(8, table.length, table, 0, false, -1, DataBuffer.TYPE_BYTE);
    BufferedImage image =
        new BufferedImage(
            trainIds.width(), trainIds.height(), BufferedImage.TYPE_BYTE_INDEXED, model);
    byte[] samples = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    System.arraycopy(trainIds.ids(), 0, samples, 0, samples.length);
    return PngEncoder.encode(image);
  }

  /** A label map as a picture of the same size. */
  public RgbPicture colour(LabelMap trainIds) {
    int[] table = table();
    byte[] ids = trainIds.ids();
    byte[] rgb = new byte[Math.multiplyExact(3, ids.length)];
    for (int i = 0; i < ids.length; i++) {
      RgbPicture.put(rgb, i, table[ids[i] & 0xFF]);
    }
    return new RgbPicture(trainIds.width(), trainIds.height(), rgb);
  }

  private int[] table() {
    int[] table = new int[256];
    for (int id = 0; id < table.length; id++) {
      table[id] = rgb(id);
    }
    return table;
  }
}
