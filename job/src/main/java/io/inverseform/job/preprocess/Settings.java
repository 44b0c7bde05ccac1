package io.inverseform.job.preprocess;

import io.inverseform.job.config.PreprocessConfig;
import io.inverseform.job.dataset.LabelColours;
import io.inverseform.job.dataset.LabelFiles;
import io.inverseform.job.dataset.PictureFile;
import io.inverseform.job.dataset.PicturePair;
import io.inverseform.udf.label.ClassCatalogue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * What a sample depends on beside its files, as text. Together with path, length and time of its
 * files it makes a picture's fingerprint: as long as that stays the same, the sample need not be
 * made again.
 */
record Settings(String text) {
  /** To be raised when the same pictures and settings make other samples than before. */
  private static final int SAMPLE_FORMAT = 1;

  private static final int DIGITS = 32;

  static Settings of(PreprocessConfig config, LabelFiles labels) {
    ClassCatalogue catalogue = labels.catalogue();
    return new Settings(
        "format %d, %s, centroid tile %d, pictures %s, %s, ignored ids %s, colours %s"
            .formatted(
                SAMPLE_FORMAT,
                config.edges(),
                config.centroidTile(),
                config.embed() ? "embedded" : "by path",
                catalogue.classes(),
                catalogue.ignoredIds(),
                colours(labels.colours())));
  }

  /** In an order of their own: that of a map differs between JVMs. */
  private static String colours(LabelColours colours) {
    return colours == null
        ? "none"
        : new TreeMap<>(colours.ids()) + (colours.ignoreOthers() ? " and others" : "");
  }

  String fingerprint(PicturePair pair) {
    return hash(
        String.join(
            "\n", text, pair.split(), pair.sampleId(), text(pair.image()), text(pair.label())));
  }

  private static String text(PictureFile file) {
    return file.path() + "\t" + file.bytes() + "\t" + file.modified();
  }

  /** The first 32 hexadecimal digits of a text's SHA-256. */
  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
