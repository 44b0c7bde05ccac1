package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.Pictures;
import io.inverseform.job.config.DataConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
  @TempDir Path root;

  private PictureFolder open(DataConfig.Layout layout) throws IOException {
    return PictureFolder.open(
        new DataConfig(root.toString(), layout, "unused"), new Configuration());
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
    assertThat(open(DataConfig.Layout.CITYSCAPES).pairs())
        .containsExactly(
            new PicturePair(
                "aachen_000000_000019",
                "train",
                "file:" + root + "/leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png",
                "file:" + root + "/gtFine/train/aachen/aachen_000000_000019_gtFine_labelIds.png",
                3),
            new PicturePair(
                "ulm_000001_000019",
                "train",
                "file:" + root + "/leftImg8bit/train/ulm/ulm_000001_000019_leftImg8bit.png",
                "file:" + root + "/gtFine/train/ulm/ulm_000001_000019_gtFine_labelIds.png",
                3));
  }

  @Test
  void splitFoldersTakeJpegAndPngOfAnyName() throws IOException {
    touch("val/images/街道 1.JPG");
    touch("val/images/b.png");
    touch("val/images/.hidden.png");
    touch("unlabelled/images/c.png");
    touch("classes.json");
    Files.createDirectories(root.resolve("val/labels"));
    assertThat(open(DataConfig.Layout.FOLDERS).pairs())
        .containsExactly(
            new PicturePair(
                "b",
                "val",
                "file:" + root + "/val/images/b.png",
                "file:" + root + "/val/labels/b.png",
                3),
            new PicturePair(
                "街道 1",
                "val",
                "file:" + root + "/val/images/街道 1.JPG",
                "file:" + root + "/val/labels/街道 1.png",
                3));
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    assertThatThrownBy(() -> open(DataConfig.Layout.CITYSCAPES).pairs())
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage(
            "no picture found under file:"
                + root
                + "/leftImg8bit/<split>/<city>/*_leftImg8bit.png");
    assertThatThrownBy(() -> open(DataConfig.Layout.FOLDERS).catalogue())
        .hasMessage(
            "no class file file:" + root + "/classes.json: it names the classes of the label maps");
    touch("classes.json");
    assertThatThrownBy(() -> open(DataConfig.Layout.FOLDERS).catalogue())
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
