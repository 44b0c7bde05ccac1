package io.inverseform.job.dataset;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the local file of a split, once for all workers of a host: one lock in the JVM and one on
 * the file system keep the others waiting, and the file appears whole or not at all. Its name holds
 * the table's identity (names and lengths of the Parquet files), so that a new table means a new
 * file; the files of older tables at the same place are removed.
 */
final class LocalCopy {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCopy.class);
  private static final ReentrantLock IN_THIS_JVM = new ReentrantLock();
  private static final long LOCK_MINUTES = 60;
  private static final long LOCK_POLL_MILLIS = 100;
  static final String SUFFIX = ".samples";

  private final SampleTable table;
  private final String split;
  private final Path folder;
  private final LocalFolder local;
  private final Configuration hadoop;
  private final BooleanSupplier cancelled;

  LocalCopy(
      SampleTable table,
      String split,
      LocalFolder local,
      Configuration hadoop,
      BooleanSupplier cancelled) {
    this.table = table;
    this.split = split;
    this.folder = local.path();
    this.local = local;
    this.hadoop = hadoop;
    this.cancelled = cancelled;
  }

  /** Opens the copy, after making it if there is none or a damaged one. */
  SampleFile open() throws IOException {
    List<SampleTable.File> parts = table.files();
    String place = hash(table.folder() + "\n" + split);
    Path file = folder.resolve(place + "-" + identity(parts) + SUFFIX);
    Files.createDirectories(folder);
    lockJvm(file);
    try (FileChannel channel = lockChannel(folder.resolve(place + ".lock"));
        FileLock lock = lock(channel, file)) {
      if (!lock.isValid()) {
        throw new IOException("the lock of " + file + " was lost");
      }
      if (!isWhole(file)) {
        copy(parts, file);
        removeOthers(place, file);
      }
      return new SampleFile(file);
    } finally {
      IN_THIS_JVM.unlock();
    }
  }

  private static boolean isWhole(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try (SampleFile whole = new SampleFile(file)) {
      return whole.size() > 0;
    } catch (IOException e) {
      LOG.warn("a damaged local copy is made again: {}", e.getMessage());
      return false;
    }
  }

  private void copy(List<SampleTable.File> parts, Path file) throws IOException {
    String place = file.getFileName().toString().substring(0, 16);
    long room = local.room(place);
    // With pictures by path the copy is larger; the writer notices.
    local.require(parts.stream().mapToLong(SampleTable.File::bytes).sum(), room, table.folder());
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    long start = System.nanoTime();
    try {
      try (SampleFileWriter writer = new SampleFileWriter(unfinished)) {
        for (SampleTable.File part : parts) {
          append(part, writer, room);
        }
        if (writer.size() == 0) {
          throw new IOException(
              "sample table "
                  + table.folder()
                  + " has no sample in split '"
                  + split
                  + "': choose another split, or run preprocess on pictures that have it");
        }
        writer.finish();
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    LOG.info(
        "copied split {} of {} to {} ({} MB) in {} ms",
        split,
        table.folder(),
        file,
        Files.size(file) >> 20,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  private void append(SampleTable.File part, SampleFileWriter writer, long room)
      throws IOException {
    try (SampleReader samples = SampleReader.split(part.path(), split, hadoop)) {
      Sample sample = samples.nextWithPicture();
      while (sample != null) {
        requireGoingOn("copying " + part.path());
        writer.append(sample);
        local.require(writer.bytes(), room, table.folder());
        sample = samples.nextWithPicture();
      }
    } catch (RuntimeException e) {
      throw new IOException(
          part.path() + " cannot be read as part of a sample table: " + e.getMessage(), e);
    }
  }

  private void removeOthers(String place, Path keep) throws IOException {
    try (DirectoryStream<Path> copies =
        Files.newDirectoryStream(folder, place + "-*" + SUFFIX + "*")) {
      for (Path copy : copies) {
        if (!copy.equals(keep)) {
          Files.deleteIfExists(copy);
        }
      }
    }
  }

  private static FileChannel lockChannel(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private void lockJvm(Path file) throws IOException {
    long deadline = deadline();
    try {
      while (!IN_THIS_JVM.tryLock(LOCK_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        requireMoreTime(deadline, file, "another worker of this process");
      }
    } catch (InterruptedException e) {
      throw interrupted(file);
    }
  }

  private static long deadline() {
    return System.nanoTime() + TimeUnit.MINUTES.toNanos(LOCK_MINUTES);
  }

  private void requireMoreTime(long deadline, Path file, String who) throws IOException {
    requireGoingOn("waiting for " + who + " to write " + file);
    if (System.nanoTime() - deadline > 0) {
      throw new IOException(
          "waited %d minutes for %s to write %s: is it stuck?".formatted(LOCK_MINUTES, who, file));
    }
  }

  private void requireGoingOn(String what) throws InterruptedIOException {
    if (cancelled.getAsBoolean()) {
      throw new InterruptedIOException("gave up " + what + ": the task was cancelled");
    }
  }

  /** Polls, since operating systems know no file lock with a time limit. */
  private FileLock lock(FileChannel channel, Path file) throws IOException {
    long deadline = deadline();
    FileLock lock = channel.tryLock();
    while (lock == null) {
      requireMoreTime(deadline, file, "another process on this host");
      try {
        TimeUnit.MILLISECONDS.sleep(LOCK_POLL_MILLIS);
      } catch (InterruptedException e) {
        throw interrupted(file);
      }
      lock = channel.tryLock();
    }
    return lock;
  }

  private static IOException interrupted(Path file) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for the local copy " + file);
  }

  private static String identity(List<SampleTable.File> parts) {
    StringBuilder text = new StringBuilder();
    for (SampleTable.File part : parts) {
      text.append(part.path().getName()).append('\t').append(part.bytes()).append('\n');
    }
    return hash(text.toString());
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().toHexDigits(ByteBuffer.wrap(digest).getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
