package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCentroid;
import io.inverseform.udf.random.KeyedRandom;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
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
        List.of(new ClassCentroid(i, 1, 2, 0.5f * i, 7)),
        "file:/somewhere/" + i,
        "fingerprint " + i);
  }

  private LocalSamples open(String split) throws IOException {
    return LocalSamples.open(table, split, copies, HADOOP);
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
              "local copy .*\\.samples is damaged \\(sample \\d+ fails its CRC\\):"
                  + " delete it, it is made again");
    }
  }

  @Test
  void saysWhatToDoWithoutATableOrASplit() {
    assertThatThrownBy(
            () -> LocalSamples.open(folder.resolve("none").toString(), "train", copies, HADOOP))
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
