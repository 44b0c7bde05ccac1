package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.LabelFiles;
import io.inverseform.job.dataset.PictureFile;
import io.inverseform.job.dataset.PicturePair;
import io.inverseform.job.dataset.Sample;
import io.inverseform.udf.edge.EdgeOperator;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.PngHeader;
import io.inverseform.udf.picture.PictureHeader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.AccessDeniedException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.util.Utils;

/**
 * Turns one picture and its label file into a sample. Pictures are checked by their structure and
 * not decoded: that finds truncated and damaged files for a fraction of the time.
 */
final class SamplePreparer {
  private static final int MAX_FILE_BYTES = 1 << 28;
  private static final int READS = 3;

  private final Recipe recipe;
  private final Configuration hadoop;
  private final TaskTimes times;

  SamplePreparer(Recipe recipe, Configuration hadoop, TaskTimes times) {
    this.recipe = recipe;
    this.hadoop = hadoop;
    this.times = times;
  }

  /**
   * What samples are made by.
   *
   * @param embed whether a sample holds its picture
   */
  record Recipe(LabelFiles labels, EdgeOperator edgeOperator, int centroidTile, boolean embed)
      implements Serializable {}

  /**
   * Makes a sample.
   *
   * @throws RejectedException if the files are not what they should be
   * @throws IOException if they could not be read for a reason that may pass
   */
  Sample prepare(Picture picture) throws RejectedException, IOException {
    PicturePair pair = picture.pair();
    if (!pair.label().exists()) {
      throw new RejectedException("label: no file " + pair.label().path());
    }
    byte[] image = read("picture", pair.image());
    PictureHeader header;
    try {
      header = PictureHeader.check(image);
    } catch (IOException e) {
      throw new RejectedException("picture: " + e.getMessage(), e);
    }
    times.end(TaskTimes.Part.CHECK);
    LabelMap labels = labels(pair, header);
    LabelMap edges = recipe.edgeOperator().edges(labels);
    times.end(TaskTimes.Part.EDGES);
    int classes = recipe.labels().catalogue().size();
    long[] pixels = ClassHistogram.count(labels, classes);
    long edgePixels = ClassHistogram.count(edges, 2)[1];
    List<ClassCentroid> centroids = ClassCentroid.of(labels, classes, recipe.centroidTile());
    times.end(TaskTimes.Part.STATISTICS);
    byte[] labelPng = LabelPng.encode(labels);
    byte[] edgePng = LabelPng.encodeBits(edges);
    times.end(TaskTimes.Part.ENCODE);
    return new Sample(
        pair.sampleId(),
        pair.split(),
        recipe.embed() ? image : null,
        header.width(),
        header.height(),
        labelPng,
        edgePng,
        pixels,
        edgePixels,
        centroids,
        pair.image().path(),
        picture.fingerprint());
  }

  private LabelMap labels(PicturePair pair, PictureHeader picture)
      throws RejectedException, IOException {
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
      LabelMap source = recipe.labels().decode(png);
      times.end(TaskTimes.Part.DECODE);
      LabelMap trainIds = recipe.labels().catalogue().toTrainIds(source);
      times.end(TaskTimes.Part.STATISTICS);
      return trainIds;
    } catch (IOException | IllegalArgumentException e) {
      throw new RejectedException("label: " + e.getMessage(), e);
    }
  }

  /** The file is not there or not to be read: that stays so. Any other failure may pass. */
  private byte[] read(String what, PictureFile file) throws RejectedException, IOException {
    // A response that is cut off can look like a short file: what was listed must come.
    byte[] bytes = readOnce(what, file);
    for (int again = 1; again < READS && bytes.length != file.bytes(); again++) {
      bytes = readOnce(what, file);
    }
    if (bytes.length != file.bytes()) {
      throw new IOException(
          "%s %s has %d bytes in the listing and %d when read, %d times: if it was changed, run preprocess again"
              .formatted(what, file.path(), file.bytes(), bytes.length, READS));
    }
    return bytes;
  }

  private byte[] readOnce(String what, PictureFile file) throws RejectedException, IOException {
    if (file.bytes() > MAX_FILE_BYTES) {
      throw new RejectedException(
          "%s: file has %d bytes, at most %d are accepted"
              .formatted(what, file.bytes(), MAX_FILE_BYTES));
    }
    Path path = new Path(file.path());
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES);
      times.end(TaskTimes.Part.READ);
      return bytes;
    } catch (FileNotFoundException e) {
      // Hadoop's local file system says so of files that must not be read, too.
      if (e.getMessage() != null && e.getMessage().contains("Permission denied")) {
        throw new RejectedException(what + ": no permission to read " + path, e);
      }
      throw new RejectedException(
          "%s: %s was listed by the driver and is not found on host %s (file names there are %s)"
              .formatted(what, path, Utils.localHostName(), System.getProperty("sun.jnu.encoding")),
          e);
    } catch (AccessControlException | AccessDeniedException e) {
      throw new RejectedException(what + ": no permission to read " + path, e);
    } catch (IOException e) {
      throw new IOException(what + " " + path + " cannot be read: " + e.getMessage(), e);
    }
  }
}
