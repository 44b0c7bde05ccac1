package io.inverseform.job.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The versions of libraries that this job was built for and tested with. */
final class BuiltFor {
  private BuiltFor() {}

  /**
   * One version.
   *
   * @param library {@code spark}, {@code scala}, {@code djl} or {@code pytorch}
   */
  static String version(String library) throws IOException {
    Properties versions = new Properties();
    try (InputStream in = BuiltFor.class.getResourceAsStream("built-for.properties")) {
      versions.load(in);
    }
    return versions.getProperty(library);
  }
}
