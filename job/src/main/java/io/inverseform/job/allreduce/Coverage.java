package io.inverseform.job.allreduce;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which floats of a whole have come, each once. Not thread-safe: callers hold the exchange's lock.
 */
final class Coverage {
  private final FloatRange whole;
  private final TreeMap<Integer, Integer> endByStart = new TreeMap<>();
  private int covered;

  Coverage(FloatRange whole) {
    this.whole = whole;
  }

  FloatRange whole() {
    return whole;
  }

  boolean isComplete() {
    return covered == whole.length();
  }

  int missing() {
    return whole.length() - covered;
  }

  /**
   * @return false, and nothing changes, if a float of the range lies outside or has come before
   */
  boolean add(FloatRange range) {
    if (!whole.contains(range)) {
      return false;
    }
    if (range.isEmpty()) {
      return true;
    }
    Map.Entry<Integer, Integer> before = endByStart.lowerEntry(range.end());
    if (before != null && before.getValue() > range.offset()) {
      return false;
    }
    int start = range.offset();
    int end = range.end();
    if (before != null && before.getValue() == start) {
      start = before.getKey();
    }
    Integer joined = endByStart.remove(end);
    endByStart.put(start, joined == null ? end : joined);
    covered += range.length();
    return true;
  }

  /** Takes back a range that was added before. */
  void remove(FloatRange range) {
    Map.Entry<Integer, Integer> around = endByStart.floorEntry(range.offset());
    if (range.isEmpty() || around == null || around.getValue() < range.end()) {
      return;
    }
    endByStart.remove(around.getKey());
    if (around.getKey() < range.offset()) {
      endByStart.put(around.getKey(), range.offset());
    }
    if (range.end() < around.getValue()) {
      endByStart.put(range.end(), around.getValue());
    }
    covered -= range.length();
  }

  boolean contains(FloatRange range) {
    Map.Entry<Integer, Integer> around = endByStart.floorEntry(range.offset());
    return range.isEmpty() || around != null && around.getValue() >= range.end();
  }

  void clear() {
    endByStart.clear();
    covered = 0;
  }
}
