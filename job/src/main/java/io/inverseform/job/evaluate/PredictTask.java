package io.inverseform.job.evaluate;

import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.model.Segmenter;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.PictureHeader;
import io.inverseform.udf.picture.RgbPicture;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.LongAccumulator;

/**
 * The body of a task: its pictures one after the other, each into files of its own. A picture that
 * is none is reported; what may pass, such as a file system that does not answer, fails the task.
 */
final class PredictTask implements FlatMapFunction<Iterator<PictureToPredict>, FailedPicture> {
  private static final long serialVersionUID = 1;

  private final Inference model;
  private final ClassCatalogue classes;
  private final boolean labelIds;
  private final String output;
  private final LongAccumulator done;

  PredictTask(
      Inference model,
      ClassCatalogue classes,
      boolean labelIds,
      String output,
      LongAccumulator done) {
    this.model = model;
    this.classes = classes;
    this.labelIds = labelIds;
    this.output = output;
    this.done = done;
  }

  @Override
  public Iterator<FailedPicture> call(Iterator<PictureToPredict> pictures) throws IOException {
    Configuration hadoop = model.hadoop().value();
    Segmenter segmenter = model.segmenter();
    PredictionPictures drawing = new PredictionPictures(classes, labelIds);
    List<FailedPicture> failed = new ArrayList<>();
    while (pictures.hasNext()) {
      PictureToPredict picture = pictures.next();
      try {
        RgbPicture decoded = decode(picture, hadoop);
        write(picture.name(), drawing.draw(decoded, segment(segmenter, decoded)), hadoop);
      } catch (UnusableException e) {
        failed.add(new FailedPicture(picture.source(), e.getMessage()));
      }
      done.add(1);
    }
    return failed.iterator();
  }

  /** It will be so the next time, too. */
  private static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1;

    UnusableException(Exception cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static LabelMap segment(Segmenter segmenter, RgbPicture picture)
      throws UnusableException {
    try {
      return segmenter.segment(picture.rgb(), picture.height(), picture.width());
    } catch (IllegalArgumentException e) {
      throw new UnusableException(e);
    }
  }

  private static RgbPicture decode(PictureToPredict picture, Configuration hadoop)
      throws UnusableException, IOException {
    byte[] file;
    try {
      file = picture.read(hadoop);
    } catch (FileNotFoundException | AccessControlException e) {
      throw new UnusableException(e);
    }
    try {
      // Of a truncated file ImageIO makes a picture, grey where it ends.
      PictureHeader.check(file);
      return RgbPicture.decode(file);
    } catch (IOException e) {
      throw new UnusableException(e);
    }
  }

  private void write(String name, Map<String, byte[]> pngs, Configuration hadoop)
      throws IOException {
    for (Map.Entry<String, byte[]> png : pngs.entrySet()) {
      Path file = new Path(output, png.getKey() + "/" + name + ".png");
      FileSystem fileSystem = WholeFile.withoutChecksumFiles(file.getFileSystem(hadoop));
      WholeFile.write(fileSystem, file, out -> out.write(png.getValue()));
    }
  }
}
