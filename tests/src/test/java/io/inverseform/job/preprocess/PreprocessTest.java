package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.Pictures;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.DataConfig;
import io.inverseform.job.config.EdgeConfig;
import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.job.dataset.LocalFolder;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.dataset.SampleSchema;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.synthesize.SceneSynthesizer;
import io.inverseform.udf.edge.DistanceEdges;
import io.inverseform.udf.edge.Ignored;
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
import java.nio.file.attribute.FileTime;
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
  private static final EdgeConfig SOBEL =
      new EdgeConfig(
          EdgeConfig.Operator.SOBEL, 1, EdgeConfig.Kernel.CROSS, 2, EdgeConfig.Ignored.DROPPED);
  private static final PreprocessConfig CONFIG = new PreprocessConfig(SOBEL, 16, true, 0.2);
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
    summary = run(cityscapes(source, table), CONFIG);
  }

  private static DataConfig cityscapes(Path source, String table) {
    return DataConfig.of(
        source.toString(), DataConfig.Layout.CITYSCAPES, "cityscapes", Map.of(), table);
  }

  private static DataConfig folders(Path source, String table) {
    return DataConfig.of(
        source.toString(), DataConfig.Layout.FOLDERS, "classes.json", Map.of(), table);
  }

  private static Summary run(DataConfig data, PreprocessConfig config) throws IOException {
    return Preprocess.run(LocalSpark.session(), data, config);
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
        .contains("44 samples, 52 prepared, 0 unchanged, 0 removed; ")
        .contains("task time: reading files ")
        .contains("and 3 more in file:" + table + "/rejected");
    assertThat(Path.of(table, "summary.json")).content().contains("\"samples\" : 41");
  }

  @Test
  void samplesHoldOriginalBytesAndWhatFollowsFromTheLabels() throws IOException {
    long[] pixels = new long[19];
    long edges = 0;
    try (LocalSamples samples =
        LocalSamples.open(table, "train", new LocalFolder(temporary), HADOOP)) {
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
            .orderBy(SampleSchema.SAMPLE_ID)
            .collectAsList();
    try (LocalSamples samples =
        LocalSamples.open(table, "val", new LocalFolder(temporary), HADOOP)) {
      assertThat(rows).hasSize(3);
      for (int i = 0; i < 3; i++) {
        assertSame(rows.get(i), samples.sample(i));
      }
    }
    // Those who know nothing of manifests see the same.
    assertThat(LocalSpark.session().read().parquet(table + "/samples").count()).isEqualTo(44);
  }

  private static void assertSame(Row row, Sample sample) {
    assertThat(row.<String>getAs(SampleSchema.SAMPLE_ID)).isEqualTo(sample.id());
    assertThat(row.<String>getAs(SampleSchema.SPLIT)).isEqualTo(sample.split());
    assertThat(row.<byte[]>getAs(SampleSchema.IMAGE)).isEqualTo(sample.image());
    assertThat(row.<Integer>getAs(SampleSchema.WIDTH)).isEqualTo(sample.width());
    assertThat(row.<Integer>getAs(SampleSchema.HEIGHT)).isEqualTo(sample.height());
    assertThat(row.<byte[]>getAs(SampleSchema.LABELS)).isEqualTo(sample.labels());
    assertThat(row.<byte[]>getAs(SampleSchema.EDGES)).isEqualTo(sample.edges());
    assertThat(row.<Long>getList(row.fieldIndex(SampleSchema.PIXELS_PER_CLASS)))
        .containsExactlyElementsOf(Arrays.stream(sample.pixelsPerClass()).boxed().toList());
    assertThat(row.<Long>getAs(SampleSchema.EDGE_PIXELS)).isEqualTo(sample.edgePixels());
    List<ClassCentroid> centroids = new ArrayList<>();
    for (Row c : row.<Row>getList(row.fieldIndex(SampleSchema.CENTROIDS))) {
      centroids.add(
          new ClassCentroid(c.getInt(0), c.getInt(1), c.getInt(2), c.getFloat(3), c.getFloat(4)));
    }
    assertThat(centroids).isEqualTo(sample.centroids());
    assertThat(row.<String>getAs(SampleSchema.SOURCE)).isEqualTo(sample.source());
    assertThat(row.<String>getAs(SampleSchema.FINGERPRINT)).isEqualTo(sample.fingerprint());
  }

  @Test
  void aSecondRunDoesNothing() throws IOException {
    Map<String, FileTime> before = times(table);
    Summary second = run(cityscapes(source, table), CONFIG);
    assertThat(second.work().prepared()).isZero();
    assertThat(second.work().unchanged()).isEqualTo(52);
    assertThat(second.work().filesWritten()).isZero();
    assertThat(second.splits())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(summary.splits());
    assertThat(second.reasons()).isEqualTo(summary.reasons());
    assertThat(times(table)).isEqualTo(before);
  }

  @Test
  void onlyWhatIsNewOrChangedIsDoneAndTheTableIsThatOfOneRun() throws IOException {
    Path pictures = temporary.resolve("pictures");
    copyTree(source, pictures);
    String grown = temporary.resolve("grown").toString();
    run(cityscapes(pictures, grown), CONFIG);
    Path images = pictures.resolve("leftImg8bit/train/generated");
    Path labels = pictures.resolve("gtFine/train/generated");
    Files.delete(images.resolve("generated_000003_000000_leftImg8bit.png"));
    Files.write(
        labels.resolve("generated_000011_000000_gtFine_labelIds.png"),
        Pictures.halves(WIDTH, HEIGHT, 7, 26));
    Files.copy(
        images.resolve("generated_000020_000000_leftImg8bit.png"),
        images.resolve("generated_000020_000001_leftImg8bit.png"));
    Files.copy(
        labels.resolve("generated_000020_000000_gtFine_labelIds.png"),
        labels.resolve("generated_000020_000001_gtFine_labelIds.png"));

    assertThat(Preprocess.plan(LocalSpark.session(), cityscapes(pictures, grown), CONFIG))
        .contains("2 new or changed, 50 unchanged, 1 removed; ");
    Summary second = run(cityscapes(pictures, grown), CONFIG);
    assertThat(second.work().prepared()).isEqualTo(2);
    assertThat(second.work().unchanged()).isEqualTo(50);
    assertThat(second.work().removed()).isEqualTo(1);
    assertThat(second.work().filesWritten()).isLessThan(second.work().files());

    String atOnce = temporary.resolve("at-once").toString();
    Summary once = run(cityscapes(pictures, atOnce), CONFIG);
    assertThat(once.work().prepared()).isEqualTo(52);
    assertThat(contents(grown)).isEqualTo(contents(atOnce));
    assertThat(once.splits())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(second.splits());
  }

  @Test
  void labelsInColoursOfAnyTwoFoldersBecomeTrainIds() throws IOException {
    Path pictures = temporary.resolve("pairs");
    Pictures.write(
        pictures.resolve("raw/seq/1.png"),
        Pictures.png(Pictures.random(1, WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR)));
    BufferedImage colours = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int x = i % WIDTH;
      colours.setRGB(x, i / WIDTH, x < 5 ? 0x808080 : x < 9 ? 0x123456 : 0x800000);
    }
    Pictures.write(pictures.resolve("labelled/seq/1_L.png"), Pictures.png(colours));
    Files.writeString(
        pictures.resolve("classes.yaml"),
        """
        classes:
          - {index: 0, name: sky, rgb: [128, 128, 128]}
          - {index: 1, name: building, rgb: [1, 2, 3], source_rgb: [[128, 0, 0]]}
        unlisted: ignored
        """);
    String other = temporary.resolve("pairs-table").toString();
    DataConfig data =
        ConfigLoader.loadDemo(
                List.of(
                    "data.source=" + pictures,
                    "data.table=" + other,
                    "data.layout=pairs",
                    "data.pairs={images: raw, labels: labelled, label_ending: _L.png}",
                    "data.labels=colours",
                    "data.classes=classes.yaml",
                    "data.splits={train: 'raw/*'}"))
            .data();

    assertThat(run(data, CONFIG).work().prepared()).isEqualTo(1);

    try (LocalSamples samples =
        LocalSamples.open(other, "train", new LocalFolder(temporary), HADOOP)) {
      assertThat(samples.catalogue().names()).containsExactly("sky", "building");
      Sample sample = samples.sample(0);
      assertThat(sample.id()).isEqualTo("seq/1");
      LabelMap labels = sample.labelMap();
      assertThat(List.of(labels.id(4, 0), labels.id(5, HEIGHT - 1), labels.id(9, 3)))
          .containsExactly(0, 255, 1);
    }
    assertThat(run(data, CONFIG).work().prepared()).as("known by now").isZero();
  }

  @Test
  void otherSettingsMakeAllSamplesAnew() throws IOException {
    String other = temporary.resolve("other").toString();
    run(cityscapes(source, other), CONFIG);
    EdgeConfig distance =
        new EdgeConfig(
            EdgeConfig.Operator.DISTANCE,
            1,
            EdgeConfig.Kernel.CROSS,
            3,
            EdgeConfig.Ignored.NO_EDGE);
    Summary second = run(cityscapes(source, other), new PreprocessConfig(distance, 16, true, 0.2));
    assertThat(second.work().prepared()).isEqualTo(52);
    assertThat(second.work().removed()).isZero();
    try (LocalSamples samples =
        LocalSamples.open(other, "val", new LocalFolder(temporary), HADOOP)) {
      Sample sample = samples.sample(1);
      assertThat(sample.edgeMap())
          .isEqualTo(new DistanceEdges(3, Ignored.NO_EDGE).edges(sample.labelMap()));
    }
  }

  @Test
  void aDamagedFileOfTheTableIsMadeAgain() throws IOException {
    String damaged = temporary.resolve("damaged").toString();
    run(cityscapes(source, damaged), CONFIG);
    Path file = parquet(damaged).get(0);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 9));
    Summary second = run(cityscapes(source, damaged), CONFIG);
    assertThat(second.work().filesWritten()).isEqualTo(1);
    assertThat(contents(damaged)).isEqualTo(contents(table));
  }

  @Test
  void whatAnInterruptedRunLeftIsTakenIfWhole() throws IOException {
    String target = temporary.resolve("resumed").toString();
    Path left = Files.createDirectories(Path.of(target, "_unpublished"));
    List<Path> whole = parquet(table);
    String unique = "01234567-89ab-cdef-0123-456789abcdef-";
    Files.copy(whole.get(0), left.resolve(unique + whole.get(0).getFileName()));
    byte[] torn = Files.readAllBytes(whole.get(1));
    Files.write(
        left.resolve(unique + whole.get(1).getFileName()), Arrays.copyOf(torn, torn.length / 2));
    Summary resumed = run(cityscapes(source, target), CONFIG);
    assertThat(resumed.work().filesWritten()).isEqualTo(whole.size() - 1);
    assertThat(contents(target)).isEqualTo(contents(table));
    assertThat(left).doesNotExist();
  }

  @Test
  void picturesNeedNotBeEmbedded() throws IOException {
    Path pictures = temporary.resolve("pictures");
    copyTree(source, pictures);
    String paths = temporary.resolve("paths").toString();
    run(cityscapes(pictures, paths), new PreprocessConfig(SOBEL, 16, false, 0.2));
    assertThat(
            LocalSpark.session()
                .read()
                .parquet(paths + "/samples")
                .filter("image is not null")
                .count())
        .isZero();
    List<Row> rows =
        SampleTable.open(paths, HADOOP)
            .read(LocalSpark.session(), "val")
            .orderBy(SampleSchema.SAMPLE_ID)
            .collectAsList();
    try (LocalSamples samples =
        LocalSamples.open(paths, "val", new LocalFolder(temporary), HADOOP)) {
      for (int i = 0; i < 3; i++) {
        assertSame(rows.get(i), samples.sample(i));
        assertThat(Path.of(rows.get(i).<String>getAs("source").substring("file:".length())))
            .hasBinaryContent(samples.sample(i).image());
      }
    }
    Path picture =
        pictures.resolve("leftImg8bit/train/generated/generated_000007_000000_leftImg8bit.png");
    Pictures.write(picture, Pictures.png(Pictures.random(1, 8, 8, BufferedImage.TYPE_3BYTE_BGR)));
    assertThatThrownBy(() -> LocalSamples.open(paths, "train", new LocalFolder(temporary), HADOOP))
        .hasMessage(
            "picture file:"
                + picture
                + ", of which the sample table holds only the path, cannot be read: it is 8x8 now,"
                + " was 64x32; restore it, or run preprocess again");
  }

  @Test
  void withTooManyRejectedThereIsNoNewTable() throws IOException {
    String strict = temporary.resolve("strict").toString();
    PreprocessConfig none = new PreprocessConfig(SOBEL, 16, true, 0.1);
    assertThatThrownBy(() -> run(cityscapes(source, strict), none))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "8 of 52 pictures are rejected, 0.154 of them, more than preprocess.max_rejected = 0.1;"
                + " no table is made. The first is file:"
                + source);
    assertThat(SampleTable.at(strict, HADOOP).exists()).isFalse();
    // What was prepared is not done again.
    assertThat(run(cityscapes(source, strict), CONFIG).work().prepared()).isZero();
    assertThat(contents(strict)).isEqualTo(contents(table));
  }

  @Test
  void aDryRunTellsAndWritesNothing() throws IOException {
    Path target = temporary.resolve("dry");
    String plan =
        Preprocess.plan(LocalSpark.session(), cityscapes(source, target.toString()), CONFIG);
    assertThat(plan)
        .containsPattern("train +49 pictures +0.\\d MB, 1 without a label file")
        .containsPattern("val +3 pictures")
        .contains("52 new or changed, 0 unchanged, 0 removed; ");
    assertThat(target).doesNotExist();
  }

  private static List<Path> parquet(String table) throws IOException {
    try (var files = Files.list(Path.of(table, "samples"))) {
      return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  /** All that readers of the table see, by path. */
  private static Map<String, String> contents(String table) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (String path : times(table).keySet()) {
      byte[] bytes = Files.readAllBytes(Path.of(table, path));
      contents.put(path, bytes.length + " bytes, hash " + Arrays.hashCode(bytes));
    }
    return contents;
  }

  private static Map<String, FileTime> times(String table) throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (var files = Files.walk(Path.of(table))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = Path.of(table).relativize(file).toString();
        if (!path.contains("summary.json") && !path.endsWith(".crc")) {
          times.put(path, Files.getLastModifiedTime(file));
        }
      }
    }
    return times;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  @Test
  void refusesToReplaceAFolderThatIsNoTable() throws IOException {
    Files.writeString(temporary.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(() -> run(cityscapes(source, temporary.toString()), CONFIG))
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
    assertThatThrownBy(() -> run(folders(bad, target.toString()), CONFIG))
        .hasMessage(
            "none of 1 pictures can be used; the first is file:"
                + bad
                + "/train/images/a.png: picture: file is empty");
    assertThat(target).doesNotExist();
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
    Summary result = run(folders(twice, target), new PreprocessConfig(SOBEL, 16, true, 0.5));
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
