package io.inverseform.job.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Properties;

/**
 * Which code is running.
 *
 * @param version of the project
 * @param commit that it was built from, or {@code unknown} where it was built without git
 * @param jar file name of the job's jar, or of a folder of classes
 * @param sha256 of the jar's bytes in hexadecimal; empty for a folder of classes
 */
public record BuildInfo(String version, String commit, String jar, String sha256) {
  private static final class Current {
    private static final BuildInfo INSTANCE = read();
  }

  /** The running code's own; read once. */
  public static BuildInfo current() {
    return Current.INSTANCE;
  }

  private static BuildInfo read() {
    Properties build = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
      build.load(in);
      Path code =
          Path.of(BuildInfo.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return new BuildInfo(
          build.getProperty("version"),
          build.getProperty("commit"),
          code.getFileName().toString(),
          Files.isDirectory(code) ? "" : sha256(code));
    } catch (IOException e) {
      throw new UncheckedIOException("The job's jar does not tell what it was built from", e);
    } catch (URISyntaxException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("The job's jar does not tell what it was built from", e);
    }
  }

  private static String sha256(Path file) throws IOException, NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  /** One line: version, commit, jar and the start of its SHA-256. */
  @Override
  public String toString() {
    return "InverseForm %s, commit %s, %s%s"
        .formatted(version, commit, jar, sha256.isEmpty() ? "" : " " + sha256.substring(0, 12));
  }
}
