package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.random.KeyedRandom;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSamplesTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;
  private String table;
  private Path copies;

  @BeforeEach
  void writeTable() throws IOException {
    table = folder.resolve("table").toString();
    copies = folder.resolve("copies");
    write(30, 3);
  }

  /** Samples in falling order of ids, so that file order and id order differ. */
  private void write(int samples, int files) throws IOException {
    SampleTable target = SampleTable.at(table, HADOOP);
    List<SampleTable.File> written = new ArrayList<>();
    for (int file = 0; file < files; file++) {
      var path = new org.apache.hadoop.fs.Path(target.samples(), samples + "-" + file + ".parquet");
      try (SampleWriter writer = SampleWriter.samples(path, HADOOP)) {
        for (int i = samples - 1; i >= 0; i--) {
          if (i % files == file) {
            writer.write(sample(i));
          }
        }
        writer.finish(Map.of());
      }
      written.add(
          new SampleTable.File(path, path.getFileSystem(HADOOP).getFileStatus(path).getLen()));
    }
    target.publish("settings", ClassCatalogue.cityscapes(), written, List.of());
  }

  private static Sample sample(int i) {
    KeyedRandom random = new KeyedRandom(i);
    byte[] image = new byte[100 + random.nextInt(100)];
    for (int k = 0; k < image.length; k++) {
      image[k] = (byte) random.nextLong();
    }
    return new Sample(
        String.format("样本 %03d", i),
        i % 3 == 2 ? "val" : "train",
        image,
        4,
        2,
        new byte[] {1, 2, (byte) i},
        new byte[] {3, (byte) i},
        new long[] {i, 1L << 40},
        5L << 33,
        List.of(new ClassCentroid(i % 19, 1, 2, 0.5f * i, 7)),
        "file:/somewhere/" + i,
        "fingerprint " + i);
  }

  private LocalSamples open(String split) throws IOException {
    return LocalSamples.open(table, split, new LocalFolder(copies), HADOOP);
  }

  private List<Path> copied() throws IOException {
    try (Stream<Path> files = Files.list(copies)) {
      return files.filter(f -> f.toString().endsWith(".samples")).sorted().toList();
    }
  }

  @Test
  void samplesOfTheSplitComeInOrderOfTheirIds() throws IOException {
    try (LocalSamples samples = open("train")) {
      assertThat(samples.size()).isEqualTo(20);
      for (int i = 0; i < 20; i++) {
        assertThat(samples.sample(i))
            .usingRecursiveComparison()
            .isEqualTo(sample(i / 2 * 3 + i % 2));
      }
      assertThatThrownBy(() -> samples.sample(20)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void workersOfAJvmShareOneCopy() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Callable<String>> workers = new ArrayList<>();
      for (int worker = 0; worker < 8; worker++) {
        int position = worker;
        workers.add(
            () -> {
              try (LocalSamples samples = open("train")) {
                return samples.sample(position).id();
              }
            });
      }
      List<String> ids = new ArrayList<>();
      for (Future<String> id : pool.invokeAll(workers)) {
        ids.add(id.get());
      }
      assertThat(ids).startsWith("样本 000", "样本 001", "样本 003").doesNotHaveDuplicates();
    } finally {
      pool.shutdownNow();
    }
    assertThat(copied()).hasSize(1);
  }

  private LocalSamples open(String split, BooleanSupplier cancelled) throws IOException {
    return LocalSamples.open(table, split, new LocalFolder(copies), HADOOP, cancelled);
  }

  /** Keeps a copy from going on until it shall. */
  private static boolean held(CountDownLatch copying, CountDownLatch goOn) {
    copying.countDown();
    try {
      return !goOn.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Test
  void aTaskThatIsCancelledDoesNotWaitForAnotherWorkersCopy() throws Exception {
    CountDownLatch copying = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<Integer> first =
          pool.submit(
              () -> {
                try (LocalSamples samples = open("train", () -> held(copying, goOn))) {
                  return samples.size();
                }
              });
      assertThat(copying.await(60, TimeUnit.SECONDS)).as("the first one copies").isTrue();
      assertThatThrownBy(() -> open("train", () -> true))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessageMatching(
              "gave up waiting for another worker of this process to write .*/copies/.*\\.samples:"
                  + " the task was cancelled");
      goOn.countDown();
      assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(20);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aTaskThatIsCancelledCopiesNoFurtherAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> open("train", () -> true))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageMatching("gave up copying file:.*\\.parquet: the task was cancelled");
    assertThat(copies).isDirectoryNotContaining(file -> !file.toString().endsWith(".lock"));
  }

  @Test
  void aChangedTableIsCopiedAgainAndTheOldCopyRemoved() throws IOException {
    open("train").close();
    open("val").close();
    List<Path> before = copied();
    write(12, 2);
    try (LocalSamples samples = open("train")) {
      assertThat(samples.size()).isEqualTo(8);
    }
    assertThat(copied()).hasSize(2);
    assertThat(copied()).isNotEqualTo(before);
    try (LocalSamples samples = open("val")) {
      assertThat(samples.size()).isEqualTo(4);
    }
    assertThat(copied()).hasSize(2).doesNotContainAnyElementsOf(before);
  }

  @Test
  void aTruncatedCopyIsMadeAgain() throws IOException {
    open("train").close();
    Path copy = copied().get(0);
    long length = Files.size(copy);
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.setLength(length - 7);
    }
    open("train").close();
    assertThat(Files.size(copy)).isEqualTo(length);
  }

  @Test
  void aDamagedSampleIsFoundWhenItIsRead() throws IOException {
    open("train").close();
    Path copy = copied().get(0);
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.seek(80);
      int value = file.read();
      file.seek(80);
      file.write(value ^ 1);
    }
    try (LocalSamples samples = open("train")) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < samples.size(); i++) {
                  samples.sample(i);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageMatching(
              "local copy .*\\.samples was damaged \\(sample \\d+ fails its CRC\\) and is deleted:"
                  + " the next attempt makes it again; look at this host's disk");
    }
    assertThat(copied()).isEmpty();
    try (LocalSamples samples = open("train")) {
      for (int i = 0; i < samples.size(); i++) {
        assertThat(samples.sample(i).id()).isNotEmpty();
      }
    }
  }

  @Test
  void onceCopiedNothingIsReadFromTheTableAgain() throws IOException {
    try (LocalSamples samples = open("train")) {
      assertThat(FileUtil.fullyDelete(folder.resolve("table/samples").toFile())).isTrue();
      for (int i = 0; i < samples.size(); i++) {
        assertThat(samples.sample(i).id()).isEqualTo(sample(i / 2 * 3 + i % 2).id());
      }
    }
    open("train").close();
  }

  @Test
  void theCopyKnowsWhereClassesLieWithoutReadingItsPictures() throws IOException {
    try (LocalSamples samples = open("train")) {
      ClassPlaces places = samples.places();
      assertThat(places.byClass()).hasSize(19);
      assertThat(places.byClass().get(4))
          .containsExactly(new ClassPlaces.Place(3, new ClassCentroid(4, 1, 2, 2, 7)));
      assertThat(places.byClass().get(11)).as("in split val").isEmpty();
      assertThat(samples.indexOf("样本 013")).isEqualTo(9);
      assertThat(samples.indexOf("样本 014")).as("in split val").isNegative();
    }
  }

  @Test
  void aCopyLargerThanItsLimitIsRefused() throws IOException {
    open("train").close();
    long taken = Files.size(copied().get(0));
    LocalFolder both = new LocalFolder(copies, 2 * taken);
    LocalFolder narrow = new LocalFolder(copies, taken + 100);
    LocalSamples.open(table, "train", narrow, HADOOP).close();

    assertThatThrownBy(() -> LocalSamples.open(table, "val", narrow, HADOOP))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            ".*/copies has room for 0 MB more, local copies together may have 0 MB, and the local"
                + " copy of file:.*/table has at least 0 MB: free some space there, or choose another"
                + " folder for local copies \\(spark\\.local\\.dir, or SPARK_LOCAL_DIRS where it is set\\),"
                + " or raise data\\.local_copy_mb");
    assertThat(copied()).hasSize(1);
    LocalSamples.open(table, "val", new LocalFolder(copies, 1 << 20), HADOOP).close();
    assertThat(copied()).hasSize(2);
    assertThat(both.room("nothing")).isLessThan(taken);
  }

  @Test
  void saysWhatToDoWithoutATableOrASplit() {
    assertThatThrownBy(
            () ->
                LocalSamples.open(
                    folder.resolve("none").toString(), "train", new LocalFolder(copies), HADOOP))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage(
            "no sample table at file:"
                + folder.resolve("none")
                + ": run preprocess first, or set data.table");
    assertThatThrownBy(() -> open("test"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "sample table file:"
                + table
                + " has no sample in split 'test': choose another split, or run preprocess on"
                + " pictures that have it");
  }
}
