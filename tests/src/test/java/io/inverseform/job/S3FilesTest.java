package io.inverseform.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.udf.random.KeyedRandom;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this build's S3 client makes of a bad network. */
@Tag("s3")
class S3FilesTest {
  private static final int FILES = 200;

  @TempDir private Path folder;

  private static byte[] bytes(int file) {
    KeyedRandom random = new KeyedRandom(file);
    byte[] bytes = new byte[random.nextInt(30_000)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextLong();
    }
    return bytes;
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  @Test
  void filesSurviveABadNetwork() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (S3Server server = new S3Server(folder);
        FlakyProxy proxy = new FlakyProxy(server.port(), 7, 500_000)) {
      Configuration hadoop = S3Server.hadoop(proxy.port());
      hadoop.set("fs.s3a.retry.interval", "20ms");
      hadoop.set("fs.s3a.retry.throttle.interval", "20ms");
      org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(server.address("files"));
      try (FileSystem store = FileSystem.newInstance(root.toUri(), hadoop)) {
        List<Future<Long>> copies = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
          int file = i;
          copies.add(threads.submit(() -> checksum(copy(store, root, file))));
        }
        for (int i = 0; i < FILES; i++) {
          assertThat(copies.get(i).get()).as("file %d", i).isEqualTo(checksum(bytes(i)));
        }
        assertThat(store.listStatus(root)).hasSize(FILES);
      }
      assertThat(proxy.busy()).as("requests refused").isGreaterThan(5);
      assertThat(proxy.cut()).as("connections cut").isGreaterThan(20);
    } finally {
      threads.shutdownNow();
    }
  }

  private static byte[] copy(FileSystem store, org.apache.hadoop.fs.Path root, int file)
      throws Exception {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(root, "file " + file);
    try (OutputStream out = store.create(path, false)) {
      out.write(bytes(file));
    }
    try (InputStream in = store.open(path)) {
      return in.readAllBytes();
    }
  }
}
