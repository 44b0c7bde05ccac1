package io.inverseform.job.preprocess;

import io.inverseform.udf.picture.PictureHeader;
import io.inverseform.job.dataset.PicturePair;
import io.inverseform.job.dataset.Sample;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.PngHeader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Turns one picture and its label file into a sample. Pictures are checked by their structure and
 * not decoded: that finds truncated and damaged files for a fraction of the time.
 */
final class SamplePreparer {
  private static final int MAX_FILE_BYTES = 1 << 28;

  private final ClassCatalogue catalogue;
  private final EdgeOperator edgeOperator;
  private final int centroidTile;
  private final Configuration hadoop;

  SamplePreparer(
      ClassCatalogue catalogue, EdgeOperator edgeOperator, int centroidTile, Configuration hadoop) {
    this.catalogue = catalogue;
    this.edgeOperator = edgeOperator;
    this.centroidTile = centroidTile;
    this.hadoop = hadoop;
  }

  /** A sample, and how many of its pixels are edges. */
  record Prepared(Sample sample, long edgePixels) {}

  Prepared prepare(PicturePair pair) throws RejectedException {
    byte[] image = read("picture", pair.image());
    PictureHeader header;
    try {
      header = PictureHeader.check(image);
    } catch (IOException e) {
      throw new RejectedException("picture: " + e.getMessage(), e);
    }
    LabelMap labels = labels(pair, header);
    LabelMap edges = edgeOperator.edges(labels);
    Sample sample =
        new Sample(
            pair.sampleId(),
            pair.split(),
            image,
            header.width(),
            header.height(),
            LabelPng.encode(labels),
            LabelPng.encodeBits(edges),
            ClassHistogram.count(labels, catalogue.size()),
            ClassCentroid.of(labels, catalogue.size(), centroidTile),
            pair.image());
    return new Prepared(sample, ClassHistogram.count(edges, 2)[1]);
  }

  private LabelMap labels(PicturePair pair, PictureHeader picture) throws RejectedException {
    byte[] png = read("label", pair.label());
    try {
      PngHeader label = PngHeader.check(png);
      if (label.width() != picture.width() || label.height() != picture.height()) {
        throw new RejectedException(
            "picture is "
                + picture.width()
                + "x"
                + picture.height()
                + ", its label "
                + label.width()
                + "x"
                + label.height());
      }
      return catalogue.toTrainIds(LabelPng.decode(png));
    } catch (IOException | IllegalArgumentException e) {
      throw new RejectedException("label: " + e.getMessage(), e);
    }
  }

  private byte[] read(String what, String file) throws RejectedException {
    Path path = new Path(file);
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new RejectedException(what + ": file is larger than " + MAX_FILE_BYTES + " bytes");
      }
      return bytes;
    } catch (FileNotFoundException e) {
      throw new RejectedException(what + ": no file " + path, e);
    } catch (IOException e) {
      throw new RejectedException(what + ": " + path + " cannot be read: " + e.getMessage(), e);
    }
  }
}
