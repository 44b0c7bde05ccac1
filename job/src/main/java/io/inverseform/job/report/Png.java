package io.inverseform.job.report;

import io.inverseform.job.dataset.WholeFile;
import java.awt.AWTError;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes what is drawn as a PNG file, to any Hadoop file system. */
final class Png {
  private Png() {}

  /**
   * Draws and writes a picture, in place of an older one.
   *
   * @throws DrawingException if this machine cannot draw text
   */
  static void write(FileSystem fileSystem, Path file, Supplier<BufferedImage> drawing)
      throws IOException {
    requireText();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // Hadoop's streams cannot seek, and ImageIO would buffer in a temporary file.
    ImageIO.write(drawing.get(), "png", bytes);
    WholeFile.write(fileSystem, file, bytes::writeTo);
  }

  /** Java finds out at the first letter that there is no font, and then with an error. */
  private static void requireText() throws DrawingException {
    try {
      Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
      g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
      g.drawString("a", 0, 0);
      g.dispose();
    } catch (InternalError | LinkageError | AWTError e) {
      throw new DrawingException(e);
    }
  }
}
