package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.dataset.PicturePair;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunksTest {
  private static List<PicturePair> pairs(int count, long bytes) {
    List<PicturePair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(new PicturePair("p" + i, "train", "", "", bytes));
    }
    return pairs;
  }

  private static List<Integer> sizes(List<PicturePair> pairs) {
    List<List<PicturePair>> chunks = Chunks.of(pairs);
    assertThat(chunks.stream().flatMap(List::stream).toList()).isEqualTo(pairs);
    return chunks.stream().map(List::size).toList();
  }

  @Test
  void aFewPicturesAreOneFile() {
    assertThat(sizes(pairs(1, 100))).containsExactly(1);
    assertThat(sizes(pairs(31, 100))).containsExactly(31);
  }

  @Test
  void manySmallPicturesAreEightFiles() {
    assertThat(sizes(pairs(585, 90_000))).hasSize(8).allMatch(size -> size == 73 || size == 74);
  }

  @Test
  void manyLargePicturesAreFilesOfSixtyFourMegabytes() {
    assertThat(sizes(pairs(3000, 2_300_000))).hasSize(103).allMatch(size -> size <= 30);
  }

  @Test
  void emptyFilesAreSpreadToo() {
    assertThat(sizes(pairs(256, 0))).hasSize(8).containsOnly(32);
  }

  @Test
  void onePictureLargerThanAFileIsAFileOfItsOwn() {
    List<PicturePair> pairs = pairs(3, 200L << 20);
    assertThat(sizes(pairs)).containsExactly(1, 1, 1);
  }
}
