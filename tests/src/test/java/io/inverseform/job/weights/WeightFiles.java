package io.inverseform.job.weights;

import io.inverseform.golden.Npz;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Opens weight files for tests. */
public final class WeightFiles {
  private static final Configuration HADOOP = new Configuration();

  private WeightFiles() {}

  /** A file of the golden folder. */
  public static WeightFile golden(String name) throws IOException {
    return open(Npz.folder().resolve(name));
  }

  /** A local file. */
  public static WeightFile open(Path file) throws IOException {
    return WeightFile.open(new org.apache.hadoop.fs.Path(file.toUri()), HADOOP);
  }

  /** All values of a file, which is closed, by name. */
  static Map<String, float[]> values(WeightFile file) throws IOException {
    try (file) {
      Map<String, float[]> values = new LinkedHashMap<>();
      for (String name : file.names()) {
        values.put(name, file.values(name));
      }
      return values;
    }
  }
}
