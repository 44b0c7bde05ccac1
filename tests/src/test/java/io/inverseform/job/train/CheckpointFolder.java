package io.inverseform.job.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** A run's checkpoints on a disk, seen from outside of the run. */
record CheckpointFolder(Path path) {
  private static final int PAGE = 4096;

  /** The folders of those that are complete, the newest last. */
  List<Path> whole() throws IOException {
    try (Stream<Path> steps = Files.list(path)) {
      return steps
          .filter(step -> Files.exists(step.resolve("manifest.json")))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }

  /** Whether there is a complete one of a step, or of a later one. */
  boolean reaches(int step) throws IOException {
    String name = "step-%08d".formatted(step);
    return Files.isDirectory(path)
        && whole().stream().anyMatch(found -> found.getFileName().toString().compareTo(name) >= 0);
  }

  /** Truncates, deletes or changes a file of a checkpoint. */
  static void damage(Path checkpoint, SplittableRandom random) throws IOException {
    Path part;
    try (Stream<Path> files = Files.list(checkpoint)) {
      part = files.filter(file -> file.toString().endsWith(".bin")).sorted().toList().get(1);
    }
    int way = random.nextInt(4);
    Path file = way == 0 ? checkpoint.resolve("manifest.json") : part;
    Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
    byte[] bytes = Files.readAllBytes(file);
    switch (way) {
      case 0, 1 -> Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
      case 2 -> Files.delete(file);
      default -> {
        bytes[random.nextInt(bytes.length)] ^= 1;
        Files.write(file, bytes);
      }
    }
  }

  /** What a checkpoint takes in whole pages, as a memory disk counts. */
  static long bytes(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.walk(checkpoint)) {
      return files.mapToLong(file -> (file.toFile().length() + PAGE - 1) / PAGE * PAGE).sum();
    }
  }
}
