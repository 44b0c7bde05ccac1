package io.inverseform.job.preprocess;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long a task spent with what. Not thread-safe. */
final class TaskTimes implements Serializable {
  private static final long serialVersionUID = 1;

  /** What a task does. */
  enum Part {
    READ("reading files"),
    CHECK("checking pictures"),
    DECODE("decoding label PNGs"),
    EDGES("edges"),
    STATISTICS("ids, histograms, centroids"),
    ENCODE("encoding PNGs"),
    WRITE("writing the table");

    private final String title;

    Part(String title) {
      this.title = title;
    }
  }

  private final long[] nanos = new long[Part.values().length];
  private long since;

  /** From now on time counts for the next {@link #end}. */
  void begin() {
    since = System.nanoTime();
  }

  /** What was done since the last call. */
  void end(Part part) {
    long now = System.nanoTime();
    nanos[part.ordinal()] += now - since;
    since = now;
  }

  TaskTimes add(TaskTimes other) {
    Arrays.setAll(nanos, i -> nanos[i] + other.nanos[i]);
    return this;
  }

  /** Seconds by the title of each part. */
  Map<String, Double> seconds() {
    Map<String, Double> seconds = new LinkedHashMap<>();
    for (Part part : Part.values()) {
      seconds.put(part.title, nanos[part.ordinal()] / 1e9);
    }
    return seconds;
  }
}
