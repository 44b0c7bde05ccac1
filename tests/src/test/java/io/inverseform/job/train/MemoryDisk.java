package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** A disk of a given size over a folder, in memory. */
final class MemoryDisk implements AutoCloseable {
  private final String folder;

  /** Mounts it; skips the test where that is not allowed. */
  MemoryDisk(Path folder, long bytes) {
    this.folder = folder.toString();
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "none", this.folder),
        "a full disk takes 'mount', as root");
  }

  void resize(long bytes) {
    assertThat(run("mount", "-o", "remount,size=" + bytes, folder)).isTrue();
  }

  private static boolean run(String... command) {
    try {
      return start(command);
    } catch (IOException e) {
      // A machine without that program.
      return false;
    }
  }

  private static boolean start(String... command) throws IOException {
    return new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue() == 0;
  }

  /** Unmounts it, in any case: what is left mounted would outlive the build. */
  @Override
  public void close() {
    boolean atOnce = run("umount", folder);
    assertThat(atOnce || run("umount", "-l", folder)).as("still mounted: " + folder).isTrue();
    assertThat(atOnce).as("somebody still had files open on " + folder).isTrue();
  }
}
