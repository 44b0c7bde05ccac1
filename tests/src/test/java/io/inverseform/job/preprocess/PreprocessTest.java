package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.Pictures;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.dataset.SampleRow;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.synthesize.SceneSynthesizer;
import io.inverseform.udf.edge.SobelEdges;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.label.ClassHistogram;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreprocessTest {
  private static final PreprocessConfig CONFIG = new PreprocessConfig(1, 16);
  private static final Configuration HADOOP = new Configuration();
  private static final int WIDTH = 64;
  private static final int HEIGHT = 32;
  private static final String CITY = "leftImg8bit/train/generated/generated_";
  private static final String LABELS = "gtFine/train/generated/generated_";

  @TempDir static Path shared;
  @TempDir Path temporary;

  private static Path source;
  private static String table;
  private static Summary summary;

  /** Forty good scenes in train, three in val, and every kind of bad picture. */
  @BeforeAll
  static void preprocess() throws IOException {
    source = shared.resolve("pictures");
    table = shared.resolve("table").toString();
    new SceneSynthesizer(1, new SynthesizeConfig(WIDTH, HEIGHT, 40, 3))
        .write(source.toString(), HADOOP);
    byte[] image = Pictures.png(Pictures.random(1, WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR));
    byte[] label = Pictures.halves(WIDTH, HEIGHT, 7, 26);
    pair("truncated", Arrays.copyOf(image, image.length / 2), label);
    pair("empty", new byte[0], label);
    pair("text", "no picture".getBytes(), label);
    pair("unlabelled", image, null);
    pair("smaller-label", image, Pictures.halves(WIDTH / 2, HEIGHT, 7, 26));
    pair("truncated-label", image, Arrays.copyOf(label, label.length - 5));
    pair("unknown-id", image, Pictures.halves(WIDTH, HEIGHT, 7, 99));
    pair("colour-label", image, image);
    pair("街道 mit Leerzeichen", image, label);
    summary =
        Preprocess.run(
            LocalSpark.session(),
            new DataConfig(source.toString(), DataConfig.Layout.CITYSCAPES, table),
            CONFIG);
  }

  private static void pair(String name, byte[] image, byte[] label) throws IOException {
    Pictures.write(source.resolve(CITY + name + "_leftImg8bit.png"), image);
    if (label != null) {
      Pictures.write(source.resolve(LABELS + name + "_gtFine_labelIds.png"), label);
    }
  }

  @Test
  void badPicturesAreRejectedWithAReason() {
    Map<String, String> reasons = new TreeMap<>();
    for (Row row : LocalSpark.session().read().parquet(table + "/rejected").collectAsList()) {
      assertThat(row.<String>getAs("split")).isEqualTo("train");
      String id = row.getAs("sample_id");
      assertThat(row.<String>getAs("source")).endsWith(id + "_leftImg8bit.png");
      reasons.put(id.replace("generated_", ""), row.getAs("reason"));
    }
    assertThat(reasons).hasSize(8);
    assertThat(reasons.get("truncated")).startsWith("picture: PNG is truncated: chunk IDAT");
    assertThat(reasons.get("empty")).isEqualTo("picture: file is empty");
    assertThat(reasons.get("text")).isEqualTo("picture: neither a JPEG nor a PNG file");
    assertThat(reasons.get("unlabelled"))
        .isEqualTo(
            "label: no file file:" + source + "/" + LABELS + "unlabelled_gtFine_labelIds.png");
    assertThat(reasons.get("smaller-label")).isEqualTo("picture is 64x32, its label 32x32");
    assertThat(reasons.get("truncated-label")).startsWith("label: PNG is truncated");
    assertThat(reasons.get("unknown-id"))
        .isEqualTo("label: label id 99 at (32, 0) belongs to no class and is not ignored");
    assertThat(reasons.get("colour-label"))
        .isEqualTo(
            "label: label PNG is 8-bit RGB: save its ids as 8-bit grey, or as indices of a palette");
  }

  @Test
  void summaryCountsWhatIsInTheTable() {
    assertThat(summary.samples()).isEqualTo(44);
    assertThat(summary.rejected()).isEqualTo(8);
    Summary.Split train = summary.splits().get(0);
    Summary.Split val = summary.splits().get(1);
    assertThat(train.name()).isEqualTo("train");
    assertThat(train.samples()).isEqualTo(41);
    assertThat(train.rejected()).isEqualTo(8);
    assertThat(train.pixels()).isEqualTo(41L * WIDTH * HEIGHT);
    assertThat(val.name()).isEqualTo("val");
    assertThat(val.samples()).isEqualTo(3);
    assertThat(summary.toString())
        .contains("samples                   41           3")
        .contains("rejected                   8           0")
        .contains("44 samples in")
        .contains("and 3 more in file:" + table + "/rejected");
    assertThat(Path.of(table, "summary.json")).content().contains("\"samples\" : 41");
  }

  @Test
  void samplesHoldOriginalBytesAndWhatFollowsFromTheLabels() throws IOException {
    long[] pixels = new long[19];
    long edges = 0;
    try (LocalSamples samples = LocalSamples.open(table, "train", temporary, HADOOP)) {
      assertThat(samples.size()).isEqualTo(41);
      assertThat(samples.catalogue()).isEqualTo(ClassCatalogue.cityscapes());
      for (int i = 0; i < samples.size(); i++) {
        Sample sample = samples.sample(i);
        Path image = Path.of(sample.source().substring("file:".length()));
        assertThat(image).hasBinaryContent(sample.image());
        Path label =
            Path.of(
                image
                    .toString()
                    .replace("leftImg8bit/", "gtFine/")
                    .replace("leftImg8bit.png", "gtFine_labelIds.png"));
        LabelMap trainIds =
            ClassCatalogue.cityscapes().toTrainIds(LabelPng.decode(Files.readAllBytes(label)));
        assertThat(sample.labelMap()).isEqualTo(trainIds);
        assertThat(sample.edgeMap()).isEqualTo(new SobelEdges(1).edges(trainIds));
        assertThat(sample.pixelsPerClass()).isEqualTo(ClassHistogram.count(trainIds, 19));
        assertThat(sample.centroids()).isEqualTo(ClassCentroid.of(trainIds, 19, 16));
        assertThat(sample.picture().rgb()).hasSize(3 * WIDTH * HEIGHT);
        for (int c = 0; c < 19; c++) {
          pixels[c] += sample.pixelsPerClass()[c];
        }
        edges += ClassHistogram.count(sample.edgeMap(), 2)[1];
      }
      assertThat(samples.sample(40).id()).isEqualTo("generated_街道 mit Leerzeichen");
    }
    assertThat(summary.splits().get(0).pixelsPerClass()).isEqualTo(pixels);
    assertThat(summary.splits().get(0).edgePixels()).isEqualTo(edges);
  }

  @Test
  void sparkReadsTheSameSamples() throws IOException {
    List<Row> rows =
        SampleTable.open(table, HADOOP)
            .read(LocalSpark.session(), "val")
            .orderBy(SampleTable.SAMPLE_ID)
            .collectAsList();
    try (LocalSamples samples = LocalSamples.open(table, "val", temporary, HADOOP)) {
      assertThat(rows).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertThat(SampleRow.sample(rows.get(i)))
            .usingRecursiveComparison()
            .isEqualTo(samples.sample(i));
      }
    }
  }

  @Test
  void aSecondRunReplacesTheTableByAnEqualOne() throws IOException {
    String again = temporary.resolve("tables/table").toString();
    DataConfig data = new DataConfig(source.toString(), DataConfig.Layout.CITYSCAPES, again);
    Preprocess.run(LocalSpark.session(), data, CONFIG);
    Preprocess.run(LocalSpark.session(), data, CONFIG);
    assertThat(samples(again, "again"))
        .usingRecursiveComparison()
        .isEqualTo(samples(table, "first"));
    try (var children = Files.list(temporary.resolve("tables"))) {
      assertThat(children.map(Path::getFileName).map(Path::toString)).containsExactly("table");
    }
  }

  private List<Sample> samples(String table, String copies) throws IOException {
    List<Sample> all = new ArrayList<>();
    try (LocalSamples local =
        LocalSamples.open(table, "train", temporary.resolve(copies), HADOOP)) {
      for (int i = 0; i < local.size(); i++) {
        all.add(local.sample(i));
      }
    }
    return all;
  }

  @Test
  void refusesToReplaceAFolderThatIsNoTable() throws IOException {
    Files.writeString(temporary.resolve("thesis.txt"), "years of work");
    DataConfig data =
        new DataConfig(source.toString(), DataConfig.Layout.CITYSCAPES, temporary.toString());
    assertThatThrownBy(() -> Preprocess.run(LocalSpark.session(), data, CONFIG))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "file:"
                + temporary
                + " exists and is no sample table: set data.table to another folder");
  }

  @Test
  void nothingUsableIsAnErrorAndLeavesNothingBehind() throws IOException {
    Path bad = temporary.resolve("bad");
    Pictures.write(bad.resolve("train/images/a.png"), new byte[0]);
    Pictures.write(bad.resolve("train/labels/a.png"), new byte[0]);
    Pictures.write(
        bad.resolve("classes.json"),
        "{\"classes\": [{\"index\": 0, \"name\": \"Sky\", \"rgb\": [0, 0, 0]}]}".getBytes());
    Path target = temporary.resolve("tables/table");
    DataConfig data = new DataConfig(bad.toString(), DataConfig.Layout.FOLDERS, target.toString());
    assertThatThrownBy(() -> Preprocess.run(LocalSpark.session(), data, CONFIG))
        .hasMessage(
            "none of 1 pictures can be used; the first is file:"
                + bad
                + "/train/images/a.png: picture: file is empty");
    assertThat(target.getParent()).isEmptyDirectory();
  }

  @Test
  void picturesOfEqualNameAreRejectedButTheFirst() throws IOException {
    Path twice = temporary.resolve("twice");
    BufferedImage image = Pictures.random(1, 8, 8, BufferedImage.TYPE_3BYTE_BGR);
    Pictures.write(twice.resolve("train/images/a.jpg"), Pictures.jpeg(image, false));
    Pictures.write(twice.resolve("train/images/a.png"), Pictures.png(image));
    Pictures.write(twice.resolve("train/labels/a.png"), Pictures.halves(8, 8, 0, 1));
    Pictures.write(
        twice.resolve("classes.json"),
        """
        {"classes": [{"index": 0, "name": "Sky", "rgb": [0, 0, 0]},
                     {"index": 1, "name": "Void", "rgb": [0, 0, 0], "ignored": true}]}
        """
            .getBytes());
    String target = temporary.resolve("table").toString();
    DataConfig data = new DataConfig(twice.toString(), DataConfig.Layout.FOLDERS, target);
    Summary result = Preprocess.run(LocalSpark.session(), data, CONFIG);
    assertThat(result.samples()).isEqualTo(1);
    assertThat(result.splits().get(0).ignoredShare()).isEqualTo(0.5);
    assertThat(result.splits().get(0).edgePixels()).isZero();
    assertThat(result.reasons())
        .containsExactly(
            Map.entry(
                "file:" + twice + "/train/images/a.png",
                "another picture of this split has the same name"));
  }
}
