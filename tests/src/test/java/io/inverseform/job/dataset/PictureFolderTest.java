package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.DataConfig;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
  @TempDir Path root;

  private PictureFolder open(DataConfig.Layout layout) throws IOException {
    return open(layout, Map.of());
  }

  private PictureFolder open(DataConfig.Layout layout, Map<String, String> splits)
      throws IOException {
    return PictureFolder.open(
        DataConfig.of(root.toString(), layout, "classes.json", splits, "unused"),
        new Configuration());
  }

  private static String text(PicturePair pair) {
    return String.join(
        " | ",
        pair.split(),
        pair.sampleId(),
        pair.image().path() + " " + pair.image().bytes(),
        pair.label().path() + " " + pair.label().bytes());
  }

  private void touch(String file) throws IOException {
    Pictures.write(root.resolve(file), new byte[] {1, 2, 3});
  }

  @Test
  void cityscapesPairsPicturesWithLabelIds() throws IOException {
    touch("leftImg8bit/train/ulm/ulm_000001_000019_leftImg8bit.png");
    touch("leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png");
    touch("leftImg8bit/train/ulm/notes.txt");
    touch("leftImg8bit/train_extra/bonn/bonn_000000_000019_leftImg8bit.png");
    Files.createDirectories(root.resolve("gtFine/train"));
    touch("gtFine/train/ulm/ulm_000001_000019_gtFine_labelIds.png");
    String images = "file:" + root + "/leftImg8bit/train/";
    String labels = "file:" + root + "/gtFine/train/";
    assertThat(open(DataConfig.Layout.CITYSCAPES).pairs())
        .extracting(PictureFolderTest::text)
        .containsExactly(
            "train | aachen_000000_000019 | "
                + images
                + "aachen/aachen_000000_000019_leftImg8bit.png 3 | "
                + labels
                + "aachen/aachen_000000_000019_gtFine_labelIds.png -1",
            "train | ulm_000001_000019 | "
                + images
                + "ulm/ulm_000001_000019_leftImg8bit.png 3 | "
                + labels
                + "ulm/ulm_000001_000019_gtFine_labelIds.png 3");
  }

  @Test
  void cityscapesCanBeCoarseWhereThereIsNothingFinerAndInTrainIds() throws IOException {
    touch("leftImg8bit/train/ulm/ulm_000001_000019_leftImg8bit.png");
    touch("leftImg8bit/train_extra/bonn/bonn_000000_000019_leftImg8bit.png");
    touch("gtFine/train/ulm/ulm_000001_000019_gtFine_labelTrainIds.png");
    touch("gtCoarse/train/ulm/ulm_000001_000019_gtCoarse_labelIds.png");
    touch("gtCoarse/train_extra/bonn/bonn_000000_000019_gtCoarse_labelTrainIds.png");

    assertThat(labels("data.cityscapes.annotations=coarse"))
        .containsExactly(
            "/gtCoarse/train/ulm/ulm_000001_000019_gtCoarse_labelIds.png 3",
            "/gtCoarse/train_extra/bonn/bonn_000000_000019_gtCoarse_labelIds.png -1");
    assertThat(
            labels("data.cityscapes.annotations=fine_else_coarse", "data.cityscapes.ids=train_ids"))
        .containsExactly(
            "/gtFine/train/ulm/ulm_000001_000019_gtFine_labelTrainIds.png 3",
            "/gtCoarse/train_extra/bonn/bonn_000000_000019_gtCoarse_labelTrainIds.png 3");
    LabelFiles trainIds =
        PictureFolder.labels(config("data.cityscapes.ids=train_ids"), new Configuration());
    assertThat(trainIds.catalogue().names()).isEqualTo(ClassCatalogue.cityscapes().names());
    assertThat(trainIds.catalogue().classes().get(18).sourceIds()).containsExactly(18);
  }

  @Test
  void anyTwoFoldersArePaired() throws IOException {
    touch("JPEGImages/a/1.jpg");
    touch("JPEGImages/a/2.jpg");
    touch("JPEGImages/3.jpg");
    touch("Masks/a/1_mask.png");
    touch("Masks/3_mask.png");
    Files.writeString(root.resolve("val.txt"), "a/1\nJPEGImages/a/2.jpg\n");
    String[] folders = {
      "data.layout=pairs",
      "data.pairs={images: JPEGImages, image_ending: '', labels: Masks, label_ending: _mask.png}",
    };
    String splits = "data.splits={val: val.txt, train: 'JPEGImages/3*'}";

    assertThat(open(config(folders[0], folders[1], splits)).pairs())
        .extracting(pair -> text(pair).replace("file:" + root, ""))
        .containsExactly(
            "train | 3 | /JPEGImages/3.jpg 3 | /Masks/3_mask.png 3",
            "val | a/1 | /JPEGImages/a/1.jpg 3 | /Masks/a/1_mask.png 3",
            "val | a/2 | /JPEGImages/a/2.jpg 3 | /Masks/a/2_mask.png -1");
    assertThatThrownBy(() -> config(folders))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'data.splits' must be given for layout pairs");
    assertThatThrownBy(() -> config(folders[1]))
        .hasMessageContaining("'data.pairs' must be left alone: it is for layout pairs");
  }

  @Test
  void picturesAndLabelsMayLieTogether() throws IOException {
    touch("both/x.png");
    touch("both/x_L.png");

    assertThat(
            open(config(
                    "data.layout=pairs",
                    "data.pairs={images: both, image_ending: .png, labels: both, label_ending: _L.png}",
                    "data.splits={train: 'both/*'}"))
                .pairs())
        .extracting(pair -> text(pair).replace("file:" + root, ""))
        .containsExactly("train | x | /both/x.png 3 | /both/x_L.png 3");
  }

  private List<String> labels(String... settings) throws IOException {
    return open(config(settings)).pairs().stream()
        .map(pair -> pair.label().path().replace("file:" + root, "") + " " + pair.label().bytes())
        .toList();
  }

  private PictureFolder open(DataConfig data) throws IOException {
    return PictureFolder.open(data, new Configuration());
  }

  private DataConfig config(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("data.source=" + root);
    return ConfigLoader.loadDemo(all).data();
  }

  @Test
  void splitFoldersTakeJpegAndPngOfAnyName() throws IOException {
    touch("val/images/街道 1.JPG");
    touch("val/images/b.png");
    touch("val/images/.hidden.png");
    touch("unlabelled/images/c.png");
    touch("classes.json");
    Files.createDirectories(root.resolve("val/labels"));
    String val = "file:" + root + "/val/";
    assertThat(open(DataConfig.Layout.FOLDERS).pairs())
        .extracting(PictureFolderTest::text)
        .containsExactly(
            "val | b | " + val + "images/b.png 3 | " + val + "labels/b.png -1",
            "val | 街道 1 | " + val + "images/街道 1.JPG 3 | " + val + "labels/街道 1.png -1");
  }

  @Test
  void splitsAreSelectedByGlobsAndLists() throws IOException {
    for (String name : new String[] {"a1", "a2", "b1", "b2"}) {
      touch("all/images/" + name + ".png");
      touch("all/labels/" + name + ".png");
    }
    Files.writeString(root.resolve("val.txt"), "# held out\n\nb2\nall/images/a1.png\n");
    assertThat(
            open(
                    DataConfig.Layout.FOLDERS,
                    Map.of("train", "all/*/{a,b}[12].png", "val", "val.txt", "a", "*a?.png"))
                .pairs())
        .extracting(pair -> pair.split() + "/" + pair.sampleId())
        .containsExactly(
            "a/a1", "a/a2", "train/a1", "train/a2", "train/b1", "train/b2", "val/a1", "val/b2");
  }

  @Test
  void splitsThatSelectNothingAreRefused() throws IOException {
    touch("all/images/a.png");
    touch("all/labels/a.png");
    touch("more/images/a.png");
    touch("more/labels/a.png");
    assertThatThrownBy(() -> open(DataConfig.Layout.FOLDERS, Map.of("train", "train/*")).pairs())
        .hasMessage(
            "data.splits.train: 'train/*' selects none of 2 pictures below file:"
                + root
                + ", the first of which is all/images/a.png");
    Files.writeString(root.resolve("list.txt"), "all/images/a.png\nb\n");
    assertThatThrownBy(() -> open(DataConfig.Layout.FOLDERS, Map.of("train", "list.txt")).pairs())
        .hasMessage(
            "file:%1$s/list.txt, line 2: no picture has the path or the sample id 'b' below file:%1$s"
                .formatted(root));
    Files.writeString(root.resolve("list.txt"), "a\n");
    assertThatThrownBy(() -> open(DataConfig.Layout.FOLDERS, Map.of("train", "list.txt")).pairs())
        .hasMessage(
            "file:"
                + root
                + "/list.txt, line 1: 'a' names 2 pictures, such as all/images/a.png and"
                + " more/images/a.png: give the path of one");
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    DataConfig data =
        DataConfig.of(
            root.toString(), DataConfig.Layout.FOLDERS, "classes.json", Map.of(), "unused");
    assertThatThrownBy(() -> open(DataConfig.Layout.CITYSCAPES).pairs())
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage(
            "no picture found under file:"
                + root
                + "/leftImg8bit/<split>/<city>/*_leftImg8bit.png");
    assertThatThrownBy(() -> PictureFolder.labels(data, new Configuration()))
        .hasMessage(
            "no class file file:"
                + root
                + "/classes.json: it names the classes of the label maps; data.classes gives its path,"
                + " or 'cityscapes'");
    touch("classes.json");
    assertThatThrownBy(() -> PictureFolder.labels(data, new Configuration()))
        .hasMessageStartingWith("file:" + root + "/classes.json is no valid class file: ");
    Files.delete(root.resolve("classes.json"));
    Files.delete(root);
    assertThatThrownBy(() -> open(DataConfig.Layout.FOLDERS))
        .hasMessage(
            "no picture folder at file:" + root + ": set data.source, or run synthesize first");
  }

  @Test
  void namesThatTheLocaleCannotExpressAreNotPassedOver() throws IOException {
    LocalNames.check("file:/pictures", new String[] {"a.png", "街道.png"});
    LocalNames.check("file:/nowhere", null);
    assertThatThrownBy(
            () -> LocalNames.check("file:/pictures", new String[] {"a.png", "\uFFFD\uFFFD.png"}))
        .hasMessageStartingWith("the name of file:/pictures/\uFFFD\uFFFD.png cannot be read")
        .hasMessageEndingWith("set LC_ALL=C.UTF-8");
  }
}
