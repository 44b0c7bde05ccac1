package io.inverseform.job.train;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The metrics of a training that runs in another process, followed as they are written. */
public final class MetricsFollower implements AutoCloseable {
  private final Path folder;
  private final WatchService watch;

  /** Follows a run that may not have begun. */
  public MetricsFollower(Path run) throws IOException {
    folder = Files.createDirectories(run.resolve("metrics"));
    watch = folder.getFileSystem().newWatchService();
    folder.register(watch, ENTRY_CREATE, ENTRY_MODIFY);
  }

  /** Waits until a step was reported. */
  public void awaitStep(long step, Duration limit) throws Exception {
    await(() -> lines().anyMatch(line -> line.contains("\"step\":" + step + ",")), limit);
  }

  /** Waits until so many attempts, which each have a file, have reported a step. */
  public void awaitAttempts(int attempts, Duration limit) throws Exception {
    await(
        () -> files().stream().filter(file -> lines(file).count() > 0).count() >= attempts, limit);
  }

  private void await(BooleanSupplier condition, Duration limit) throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      WatchKey key = watch.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (key == null) {
        throw new AssertionError("not reported within " + limit + ": " + lines().toList());
      }
      key.pollEvents();
      key.reset();
    }
  }

  private Stream<String> lines() {
    return files().stream().flatMap(MetricsFollower::lines);
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readString(file).lines();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
  }
}
