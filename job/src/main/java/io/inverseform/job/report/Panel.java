package io.inverseform.job.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A picture of a sample.
 *
 * @param name what it shows, such as "predicted labels"
 * @param photograph whether it has many shades, and no pixel for itself matters
 */
record Panel(String name, BufferedImage image, boolean photograph) {
  private static final float QUALITY = 0.85f;

  /** The picture as an address that holds it: JPEG for photographs, PNG for maps. */
  String dataAddress() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (photograph) {
      ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(QUALITY);
      try (var out = new MemoryCacheImageOutputStream(bytes)) {
        writer.setOutput(out);
        writer.write(null, new IIOImage(image, null, null), how);
      } finally {
        writer.dispose();
      }
    } else {
      ImageIO.write(image, "png", new MemoryCacheImageOutputStream(bytes));
    }
    return "data:image/%s;base64,%s"
        .formatted(
            photograph ? "jpeg" : "png", Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }
}
