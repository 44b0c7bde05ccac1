package io.inverseform.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.LocalSpark;
import io.inverseform.job.Pictures;
import io.inverseform.job.archive.ModelArchive;
import io.inverseform.job.archive.SmallArchive;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionsTest {
  private static final int WIDTH = 72;
  private static final int HEIGHT = 40;
  private static final StructType IMAGE =
      new StructType()
          .add("origin", DataTypes.StringType)
          .add("height", DataTypes.IntegerType)
          .add("width", DataTypes.IntegerType)
          .add("nChannels", DataTypes.IntegerType)
          .add("mode", DataTypes.IntegerType)
          .add("data", DataTypes.BinaryType)
          .add("camera", DataTypes.StringType);

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static ModelArchive archive;
  private static NDManager manager;
  private static Segmenter segmenter;

  @BeforeAll
  static void load() throws IOException {
    Configuration hadoop = new Configuration();
    archive = ModelArchive.open(SmallArchive.write(shared).toString(), hadoop);
    Torch.start(1);
    manager = Torch.manager(Device.cpu());
    segmenter =
        new Segmenter(
            manager,
            SegmentationNetwork.read(
                archive.weights(),
                archive.network().model(),
                archive.classes().size(),
                manager,
                hadoop),
            new Images(archive.network().mean(), archive.network().std()),
            archive.network().views());
  }

  @AfterAll
  static void close() {
    manager.close();
  }

  private static BufferedImage picture(int seed) {
    return Pictures.random(seed, WIDTH, HEIGHT + seed, BufferedImage.TYPE_3BYTE_BGR);
  }

  private static LabelMap labels(BufferedImage image) {
    RgbPicture picture = RgbPicture.of(image);
    return segmenter.segment(picture.rgb(), picture.height(), picture.width());
  }

  private PredictionSummary predict() throws IOException {
    return new Predictions(
            LocalSpark.session(),
            archive.folder().toString(),
            1,
            folder.resolve("out").toString(),
            true)
        .ofFolder(folder.resolve("in").toString());
  }

  private void put(String name, byte[] file) throws IOException {
    Pictures.write(folder.resolve("in").resolve(name), file);
  }

  private List<String> written() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.resolve("out").relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void everyPictureHasPngsOfItsNameAndTheRestIsReported() throws IOException {
    byte[] good = Pictures.png(picture(1));
    Map<String, BufferedImage> pictures = new LinkedHashMap<>();
    for (String name : List.of("a", "town/b", "town/deep er/名字")) {
      pictures.put(name, picture(pictures.size() + 1));
      put(name + ".PNG", Pictures.png(pictures.get(name)));
    }
    put("town/broken.jpg", Arrays.copyOf(good, good.length - 3));
    put("town/empty.png", new byte[0]);
    put("town/b.png", good);
    put("notes.txt", good);
    put(".hidden.png", good);

    PredictionSummary summary = predict();

    TreeSet<String> expected = new TreeSet<>(List.of("failed.txt"));
    for (String name : pictures.keySet()) {
      LabelMap labels = labels(pictures.get(name));
      for (String kind : List.of("ids", "color", "overlay", "label_ids")) {
        expected.add(kind + "/" + name + ".png");
      }
      byte[] ids = Files.readAllBytes(folder.resolve("out/ids/" + name + ".png"));
      byte[] colour = Files.readAllBytes(folder.resolve("out/color/" + name + ".png"));
      assertThat(LabelPng.decode(ids)).isEqualTo(labels);
      assertThat(LabelPng.decode(colour)).isEqualTo(labels);
      byte[] labelIds = Files.readAllBytes(folder.resolve("out/label_ids/" + name + ".png"));
      assertThat(archive.classes().toTrainIds(LabelPng.decode(labelIds))).isEqualTo(labels);
      assertThat(RgbPicture.decode(colour))
          .usingRecursiveComparison()
          .isEqualTo(Palette.of(archive.classes()).colour(labels));
      RgbPicture overlay =
          RgbPicture.decode(Files.readAllBytes(folder.resolve("out/overlay/" + name + ".png")));
      assertThat(overlay.width()).isEqualTo(labels.width());
      assertThat(overlay.height()).isEqualTo(labels.height());
    }
    assertThat(written()).containsExactlyElementsOf(expected);
    assertThat(summary.predicted()).isEqualTo(3);
    assertThat(summary.failed())
        .extracting(f -> f.source().replaceFirst(".*/in/", "") + ": " + f.reason())
        .satisfiesExactlyInAnyOrder(
            twin ->
                assertThat(twin).isEqualTo("town/b.png: another picture there has the same name"),
            broken -> assertThat(broken).startsWith("town/broken.jpg: PNG is truncated: "),
            empty -> assertThat(empty).isEqualTo("town/empty.png: file is empty"));
    assertThat(summary.toString())
        .containsPattern("3 of 6 pictures predicted, 3 failed, in \\S+ s \\(\\S+ images/s\\): ")
        .contains("failed file:" + folder + "/in/town/empty.png: file is empty\n");
    assertThat(Files.readString(folder.resolve("out/failed.txt")))
        .contains("/in/town/empty.png\tfile is empty\n");
  }

  @Test
  void aSecondRunReplacesWhatTheFirstHasWritten() throws IOException {
    put("a.png", Pictures.png(picture(1)));
    put("b.png", new byte[3]);
    assertThat(predict().predicted()).isEqualTo(1);
    put("a.png", Pictures.png(picture(2)));
    put("b.png", Pictures.png(picture(3)));
    assertThat(predict().failed()).isEmpty();
    assertThat(LabelPng.decode(Files.readAllBytes(folder.resolve("out/ids/a.png"))))
        .isEqualTo(labels(picture(2)));
    assertThat(written()).doesNotContain("failed.txt");
  }

  @Test
  void aFolderWithoutPicturesIsRefused() {
    assertThatThrownBy(this::predict)
        .hasMessageMatching("no picture found under file:.*/in/\\*\\*/\\*\\.\\{png,jpg,jpeg}");
  }

  /** A picture as Spark's reader gives it. */
  private static Row row(BufferedImage image, int channels, String camera) {
    RgbPicture picture = RgbPicture.of(image);
    int pixels = picture.width() * picture.height();
    byte[] data = new byte[pixels * channels];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < Math.min(channels, 3); c++) {
        data[channels * i + c] = picture.rgb()[3 * i + 2 - c];
      }
    }
    return RowFactory.create(
        camera + ".png",
        picture.height(),
        picture.width(),
        channels,
        8 * (channels - 1),
        data,
        camera);
  }

  private static Dataset<Row> segment(List<Row> rows) throws IOException {
    return ImageColumns.segment(
        LocalSpark.session().createDataFrame(rows, IMAGE),
        archive.folder().toString(),
        "segmentation");
  }

  @Test
  void picturesInSparksSchemaGetClassesAndMask() throws IOException {
    BufferedImage grey = Pictures.random(9, 33, 50, BufferedImage.TYPE_BYTE_GRAY);
    List<Row> rows =
        List.of(
            row(picture(1), 3, "front"),
            row(picture(2), 4, "rear"),
            row(grey, 1, "night"),
            RowFactory.create("broken.png", -1, -1, -1, -1, new byte[0], "none"));

    Dataset<Row> segmented = segment(rows);

    assertThat(segmented.schema().apply("segmentation").dataType().catalogString())
        .isEqualTo("struct<classes:array<string>,mask:array<array<int>>>");
    Map<String, Row> byCamera = new LinkedHashMap<>();
    for (Row row :
        segmented.select("camera", "segmentation.classes", "segmentation.mask").collectAsList()) {
      byCamera.put(row.getString(0), row);
    }
    assertThat(byCamera.get("front").getList(1)).isEqualTo(archive.classes().names());
    assertMask(byCamera.get("front"), labels(picture(1)));
    assertMask(byCamera.get("rear"), labels(picture(2)));
    assertMask(byCamera.get("night"), labels(grey));
    assertThat(byCamera.get("none").isNullAt(2)).isTrue();
  }

  private static void assertMask(Row row, LabelMap labels) {
    List<scala.collection.Seq<Integer>> mask = row.getList(2);
    int[][] rows =
        mask.stream()
            .map(
                line ->
                    scala.collection.JavaConverters.seqAsJavaList(line).stream()
                        .mapToInt(Integer::intValue)
                        .toArray())
            .toArray(int[][]::new);
    assertThat(rows).isDeepEqualTo(labels.rows());
  }

  @Test
  void whatIsNoPictureOfBytesIsNamed() throws IOException {
    Dataset<Row> wrong =
        segment(List.of(RowFactory.create("x.png", 8, 9, 3, 16, new byte[8 * 9 * 3 - 1], "")));
    assertThatThrownBy(wrong::collectAsList)
        .hasStackTraceContaining(
            "picture x.png is 9x8 with 3 channels, mode 16 and 215 bytes: 1, 3 or 4 channels");
    assertThatThrownBy(
            () ->
                ImageColumns.segment(
                    LocalSpark.session().range(1).toDF(), archive.folder().toString(), "s"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("pictures have columns [id], not all of [origin, height,");
  }
}
