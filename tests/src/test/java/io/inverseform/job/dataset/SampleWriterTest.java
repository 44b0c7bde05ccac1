package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleWriterTest {
  private static final Configuration HADOOP = new Configuration();
  private static final Rejected PICTURE =
      new Rejected("a", "train", "file:/a.png", "no picture", "fingerprint");

  @TempDir private Path folder;

  private SampleWriter open() throws IOException {
    return SampleWriter.rejected(
        new org.apache.hadoop.fs.Path(folder.resolve("part.parquet").toString()), HADOOP);
  }

  @Test
  void aFileThatIsClosedUnfinishedIsGone() throws IOException {
    Path file = folder.resolve("part.parquet");
    assertThatThrownBy(
            () -> {
              try (SampleWriter writer = open()) {
                writer.write(PICTURE);
                assertThat(file).exists();
                throw new IOException("the picture's disk is gone");
              }
            })
        .hasMessage("the picture's disk is gone")
        .hasNoSuppressedExceptions();
    assertThat(file).doesNotExist();
  }

  @Test
  void aFinishedFileStaysWithItsMetadata() throws IOException {
    try (SampleWriter writer = open()) {
      writer.write(PICTURE);
      writer.finish(Map.of("rows", "1"));
    }
    var file = new org.apache.hadoop.fs.Path(folder.resolve("part.parquet").toString());
    assertThat(SampleReader.metadata(file, HADOOP)).containsEntry("rows", "1");
  }
}
