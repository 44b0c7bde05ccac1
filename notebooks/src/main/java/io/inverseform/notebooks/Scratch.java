package io.inverseform.notebooks;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/** Where notebooks keep what they make: {@code target/scratch} beside them. */
public final class Scratch {
  private Scratch() {}

  /**
   * A folder that does not exist: what an earlier run left there is deleted.
   *
   * @return absolute path
   */
  public static String fresh(String name) throws IOException {
    Path folder = Path.of("target", "scratch", name).toAbsolutePath();
    FileUtils.deleteDirectory(folder.toFile());
    return folder.toString();
  }
}
