package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.dataset.PictureFile;
import io.inverseform.job.dataset.PicturePair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChunksTest {
  private static Picture picture(String split, String id, long bytes) {
    PictureFile image = new PictureFile(id + ".png", bytes, 0);
    PictureFile label = new PictureFile(id + "-label.png", bytes / 20, 0);
    return new Picture(new PicturePair(id, split, image, label), split + id);
  }

  private static List<Picture> pictures(int count, long bytes) {
    List<Picture> pictures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pictures.add(picture("train", "picture %05d".formatted(i), bytes));
    }
    return pictures;
  }

  private static List<Integer> sizes(List<Picture> pictures) {
    List<Chunk> chunks = Chunks.of(pictures, true);
    assertThat(chunks.stream().flatMap(chunk -> chunk.pictures().stream()).toList())
        .isEqualTo(pictures);
    return chunks.stream().map(chunk -> chunk.pictures().size()).toList();
  }

  @Test
  void aFewPicturesAreOneFile() {
    assertThat(sizes(pictures(1, 100))).containsExactly(1);
    assertThat(sizes(pictures(20, 100))).containsExactly(20);
  }

  @Test
  void manySmallPicturesAreEightFilesOrMore() {
    assertThat(sizes(pictures(585, 90_000)).size()).isBetween(8, 20);
  }

  @Test
  void manyLargePicturesAreFilesOfAboutSixtyFourMegabytes() {
    List<Integer> sizes = sizes(pictures(3000, 2_300_000));
    assertThat(sizes.size()).isBetween(86, 144);
    assertThat(sizes.subList(0, sizes.size() - 1)).allMatch(size -> size >= 20 && size <= 35);
  }

  @Test
  void emptyFilesAreSpreadToo() {
    assertThat(sizes(pictures(256, 0)).size()).isBetween(6, 20);
  }

  @Test
  void onePictureLargerThanAFileIsAFileOfItsOwn() {
    assertThat(sizes(pictures(3, 200L << 20))).containsExactly(1, 1, 1);
  }

  @Test
  void aFileHoldsPicturesOfOneSplit() {
    List<Picture> pictures = new ArrayList<>(pictures(40, 90_000));
    pictures.add(picture("val", "a", 90_000));
    List<Chunk> chunks = Chunks.of(pictures, true);
    assertThat(chunks.get(chunks.size() - 1).pictures()).containsExactly(pictures.get(40));
  }

  @Test
  void pathsAloneWeighNothingOfThePicture() {
    assertThat(Chunks.of(pictures(3000, 2_300_000), false).size()).isLessThan(20);
  }

  @Test
  void aPictureThatComesOrGoesChangesTheFilesNearItOnly() {
    List<Picture> before = pictures(3000, 2_300_000);
    int files = names(before).size();
    int changes = 0;
    int changed = 0;
    for (int at = 0; at < 3000; at += 97) {
      List<Picture> more = new ArrayList<>(before);
      more.add(at, picture("train", "picture %05d and a half".formatted(at), 2_000_000));
      List<Picture> fewer = new ArrayList<>(before);
      fewer.remove(at);
      changed += changed(before, more) + changed(before, fewer);
      changes += 2;
    }
    assertThat(changed).isGreaterThanOrEqualTo(changes);
    assertThat((double) changed / changes).isLessThan(3).isLessThan(files / 20.0);
  }

  private static int changed(List<Picture> before, List<Picture> after) {
    Set<String> names = new HashSet<>(names(after));
    names.removeAll(names(before));
    return names.size();
  }

  private static List<String> names(List<Picture> pictures) {
    return Chunks.of(pictures, true).stream().map(Chunk::fileName).toList();
  }
}
