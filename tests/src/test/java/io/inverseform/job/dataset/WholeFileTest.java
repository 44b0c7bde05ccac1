package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir private java.nio.file.Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void write(FileSystem fileSystem, Path file, String text) throws IOException {
    WholeFile.write(fileSystem, file, out -> out.write(bytes(text)));
  }

  private static String read(FileSystem fileSystem, Path file) throws IOException {
    try (InputStream in = fileSystem.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** That a writer that fails half-way changes nothing, and that its failure is told. */
  private static void assertFailureChangesNothing(FileSystem fileSystem, Path root)
      throws IOException {
    Path file = new Path(root, "scores.json");
    write(fileSystem, file, "the old one");
    for (Path target : new Path[] {file, new Path(root, "new.json")}) {
      assertThatThrownBy(
              () ->
                  WholeFile.write(
                      fileSystem,
                      target,
                      out -> {
                        out.write(bytes("half of th"));
                        throw new IOException("the network has no weights");
                      }))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("the network has no weights")
          .hasNoSuppressedExceptions();
    }
    assertThat(read(fileSystem, file)).isEqualTo("the old one");
    assertThat(fileSystem.listStatus(root)).extracting(FileStatus::getPath).containsExactly(file);
    write(fileSystem, file, "the new one");
    assertThat(read(fileSystem, file)).isEqualTo("the new one");
  }

  @Test
  void aWriterThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
    FileSystem fileSystem = FileSystem.getLocal(new Configuration());
    Path root = fileSystem.makeQualified(new Path(folder.toString()));
    assertFailureChangesNothing(fileSystem, root);
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("scores.json", ".scores.json.crc");
  }

  @Test
  void whatCannotBePutInPlaceIsTakenAway() throws IOException {
    FileSystem fileSystem = FileSystem.getLocal(new Configuration());
    Files.createDirectories(folder.resolve("scores.json/of others"));
    assertThatThrownBy(
            () -> write(fileSystem, new Path(folder.resolve("scores.json").toString()), "scores"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("scores.json").toString());
    assertThat(folder.toFile().list()).containsExactly("scores.json");
  }

  @Test
  @Tag("s3")
  void anObjectStoreShowsNothingOfAWriterThatFails() throws Exception {
    try (S3Server server = new S3Server(folder)) {
      Path root = new Path(server.address("run"));
      try (FileSystem store =
          FileSystem.newInstance(root.toUri(), S3Server.hadoop(server.port()))) {
        assertFailureChangesNothing(store, root);
      }
    }
  }
}
