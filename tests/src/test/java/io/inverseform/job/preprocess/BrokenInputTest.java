package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.Pictures;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.EdgeConfig;
import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.dataset.LocalSamples;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of file that a folder of pictures should not hold, and some that it may. */
class BrokenInputTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 24;
  private static final long LITTLE = 1L << 30;

  @TempDir static Path folder;

  private static final Map<String, String> REASONS = new TreeMap<>();
  private static Summary summary;
  private static long allocated;

  @BeforeAll
  static void preprocess() throws IOException {
    byte[] image = Pictures.png(Pictures.random(1, WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR));
    byte[] jpeg =
        Pictures.jpeg(Pictures.random(2, WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB), true);
    byte[] label = Pictures.halves(WIDTH, HEIGHT, 0, 1);
    pair("good", image, label);
    pair("good progressive", jpeg, label);
    pair("名字 with spaces, commas & %20", image, label);
    pair("palette label", image, Pictures.png(palette()));
    pair("truncated image", Arrays.copyOf(image, image.length - 1), label);
    pair("truncated jpeg", Arrays.copyOf(jpeg, jpeg.length - 2), label);
    pair("truncated label", image, Arrays.copyOf(label, 40));
    pair("damaged label", image, flipped(label, label.length - 20));
    pair("huge image", withSize(image, 100_000, 100_000), label);
    pair("huge label", image, withSize(label, 100_000, 100_000));
    pair("negative label", image, withSize(label, -5, 24));
    pair("empty image", new byte[0], label);
    pair("empty label", image, new byte[0]);
    pair("16-bit label", image, grey16());
    pair("rgb label", image, image);
    pair("other size", image, Pictures.halves(WIDTH, HEIGHT + 1, 0, 1));
    pair("unknown id", image, Pictures.halves(WIDTH, HEIGHT, 0, 77));
    pair("gif", "GIF89a".getBytes(), label);
    Pictures.write(
        folder.resolve("pictures/classes.yaml"),
        """
        classes:
          - {index: 0, name: ground, rgb: [128, 64, 128]}
          - {index: 1, name: sky, rgb: [70, 130, 180]}
        """
            .getBytes());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getTotalThreadAllocatedBytes();
    summary =
        Preprocess.run(
            LocalSpark.session(),
            DataConfig.of(
                folder.resolve("pictures").toString(),
                DataConfig.Layout.FOLDERS,
                "classes.yaml",
                Map.of(),
                folder.resolve("table").toString()),
            new PreprocessConfig(
                new EdgeConfig(
                    EdgeConfig.Operator.SOBEL,
                    1,
                    EdgeConfig.Kernel.CROSS,
                    2,
                    EdgeConfig.Ignored.DROPPED),
                16,
                true,
                1));
    allocated = threads.getTotalThreadAllocatedBytes() - before;
    summary
        .reasons()
        .forEach(
            (path, reason) ->
                REASONS.put(path.replaceAll(".*/images/(.*)[.](png|jpg)", "$1"), reason));
  }

  private static void pair(String name, byte[] image, byte[] label) throws IOException {
    String suffix = name.contains("progressive") || name.contains("jpeg") ? ".jpg" : ".png";
    Pictures.write(folder.resolve("pictures/train/images/" + name + suffix), image);
    Pictures.write(folder.resolve("pictures/train/labels/" + name + ".png"), label);
  }

  private static BufferedImage palette() {
    byte[] colours = {10, 20, 30, 40};
    BufferedImage image =
        new BufferedImage(
            WIDTH,
            HEIGHT,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 4, colours, colours, colours));
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        image.getRaster().setSample(x, y, 0, x < WIDTH / 2 ? 0 : 1);
      }
    }
    return image;
  }

  private static byte[] grey16() {
    return Pictures.png(new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY));
  }

  private static byte[] flipped(byte[] file, int at) {
    byte[] changed = file.clone();
    changed[at] ^= 1;
    return changed;
  }

  /** A header with another size, and the right checksum for it. */
  private static byte[] withSize(byte[] png, int width, int height) {
    ByteBuffer changed = ByteBuffer.wrap(png.clone());
    changed.putInt(16, width).putInt(20, height);
    CRC32 crc = new CRC32();
    crc.update(changed.array(), 12, 17);
    return changed.putInt(29, (int) crc.getValue()).array();
  }

  @Test
  void everyBrokenFileIsRejectedWithItsReason() {
    assertThat(REASONS.get("truncated image")).startsWith("picture: PNG is truncated: ");
    assertThat(REASONS.get("truncated jpeg")).startsWith("picture: JPEG is truncated: ");
    assertThat(REASONS.get("truncated label")).startsWith("label: PNG is truncated: ");
    assertThat(REASONS.get("damaged label"))
        .startsWith("label: PNG is damaged: chunk IDAT ")
        .endsWith(" fails its CRC");
    assertThat(REASONS.get("empty image")).isEqualTo("picture: file is empty");
    assertThat(REASONS.get("empty label")).isEqualTo("label: file is empty");
    assertThat(REASONS.get("16-bit label")).startsWith("label: label PNG is 16-bit GREY: save ");
    assertThat(REASONS.get("rgb label")).startsWith("label: label PNG is 8-bit RGB: save ");
    assertThat(REASONS.get("other size")).isEqualTo("picture is 40x24, its label 40x25");
    assertThat(REASONS.get("unknown id"))
        .isEqualTo("label: label id 77 at (20, 0) belongs to no class and is not ignored");
    assertThat(REASONS.get("gif")).isEqualTo("picture: neither a JPEG nor a PNG file");
    assertThat(REASONS).hasSize(14);
  }

  @Test
  void sizesThatCannotBeAreRefusedBeforeMemoryIsTaken() {
    assertThat(REASONS.get("huge image"))
        .isEqualTo(
            "picture: PNG header claims 100000x100000 pixels; at most 134217728 pixels are"
                + " accepted");
    assertThat(REASONS.get("huge label"))
        .isEqualTo(
            "label: PNG header claims 100000x100000 pixels; at most 134217728 pixels are accepted");
    assertThat(REASONS.get("negative label"))
        .startsWith("label: PNG header claims 4294967291x24 pixels");
    assertThat(allocated).isLessThan(LITTLE);
  }

  @Test
  void goodFilesOfAnyNameAndKindBecomeSamples() throws IOException {
    assertThat(summary.samples()).isEqualTo(4);
    try (LocalSamples samples =
        LocalSamples.open(
            folder.resolve("table").toString(),
            "train",
            new LocalFolder(folder.resolve("copies")),
            new Configuration())) {
      assertThat(samples.sample(0).id()).isEqualTo("good");
      assertThat(samples.sample(1).picture().width()).isEqualTo(WIDTH);
      assertThat(samples.sample(2).id()).isEqualTo("palette label");
      assertThat(samples.sample(2).labelMap()).isEqualTo(samples.sample(0).labelMap());
      assertThat(samples.sample(3).id()).isEqualTo("名字 with spaces, commas & %20");
    }
  }
}
