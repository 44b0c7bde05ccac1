package io.inverseform.job.dataset;

import java.io.IOException;

/**
 * Guards against a locale that cannot express the names in a local folder: JDK 17 decodes names by
 * the locale, and Hadoop passes over files whose decoded name does not exist, without a word.
 */
final class LocalNames {
  private static final char UNDECODABLE = '\uFFFD';

  private LocalNames() {}

  /**
   * Checks a listing.
   *
   * @param names as the JDK gives them, or null if there is no such folder
   * @throws IOException if one of them was not decoded
   */
  static void check(String folder, String[] names) throws IOException {
    if (names == null) {
      return;
    }
    for (String name : names) {
      if (name.indexOf(UNDECODABLE) >= 0) {
        throw new IOException(
            "the name of "
                + folder
                + "/"
                + name
                + " cannot be read in this locale ("
                + System.getProperty("sun.jnu.encoding")
                + "): set LC_ALL=C.UTF-8");
      }
    }
  }
}
