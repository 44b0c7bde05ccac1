package io.inverseform.job;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.random.KeyedRandom;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small picture and label files for tests. */
public final class Pictures {
  private Pictures() {}

  /** A picture of random colours. */
  public static BufferedImage random(long seed, int width, int height, int imageType) {
    KeyedRandom random = new KeyedRandom(seed);
    BufferedImage image = new BufferedImage(width, height, imageType);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, (int) random.nextLong());
      }
    }
    return image;
  }

  /** The bytes of a PNG file. */
  public static byte[] png(BufferedImage image) {
    return encode(image, "png", false);
  }

  /** The bytes of a JPEG file. */
  public static byte[] jpeg(BufferedImage image, boolean progressive) {
    return encode(image, "jpeg", progressive);
  }

  private static byte[] encode(BufferedImage image, String format, boolean progressive) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (progressive) {
        param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
      }
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A file with its parent folders. */
  public static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** A label file whose left half is one id and its right half another. */
  public static byte[] halves(int width, int height, int left, int right) {
    byte[] ids = new byte[width * height];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) (i % width < width / 2 ? left : right);
    }
    return LabelPng.encode(new LabelMap(width, height, ids));
  }
}
