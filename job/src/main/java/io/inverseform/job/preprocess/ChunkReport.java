package io.inverseform.job.preprocess;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.dataset.Rejected;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a file of the table was made of, kept in its footer: a later run learns from it what need
 * not be done again, and the summary is the sum of all of them.
 *
 * @param samples the rows, in their order
 */
record ChunkReport(SplitCount count, List<Row> samples, List<Rejected> rejected)
    implements Serializable {
  /** A sample of the file. */
  record Row(String sampleId, String fingerprint) implements Serializable {}

  private static final String KEY = "inverseform.chunk";
  private static final ObjectMapper JSON = new ObjectMapper();

  Map<String, String> metadata() throws IOException {
    return Map.of(KEY, JSON.writeValueAsString(this));
  }

  static ChunkReport of(Map<String, String> metadata, Object file) throws IOException {
    String json = metadata.get(KEY);
    if (json == null) {
      throw new IOException(file + " was not written by preprocess");
    }
    try {
      return JSON.readValue(json, ChunkReport.class);
    } catch (JacksonException e) {
      throw new IOException(file + " has another version's footer: " + e.getOriginalMessage(), e);
    }
  }
}
