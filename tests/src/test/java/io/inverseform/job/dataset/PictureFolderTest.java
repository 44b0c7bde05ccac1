package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import io.inverseform.job.config.DataConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
