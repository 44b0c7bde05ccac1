package io.inverseform.job.allreduce;

import java.util.List;
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

  /** The longest range without a gap that has come and contains {@code range}, which has come. */
  FloatRange around(FloatRange range) {
    Map.Entry<Integer, Integer> around = endByStart.floorEntry(range.offset());
    return new FloatRange(around.getKey(), around.getValue() - around.getKey());
  }

  /** What has come, in ascending order, without gaps inside a range. */
  List<FloatRange> ranges() {
    return endByStart.entrySet().stream()
        .map(entry -> new FloatRange(entry.getKey(), entry.getValue() - entry.getKey()))
        .toList();
  }

  void clear() {
    endByStart.clear();
    covered = 0;
  }
}
