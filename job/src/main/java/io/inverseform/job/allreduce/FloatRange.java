package io.inverseform.job.allreduce;

/**
 * A half-open range [offset, offset + length) of a flat vector, counted in floats.
 *
 * @param offset first float, from 0
 * @param length number of floats, from 0
 */
public record FloatRange(int offset, int length) {
  /**
   * @throws IllegalArgumentException if a bound is negative or the end overflows
   */
  public FloatRange {
    if (offset < 0 || length < 0 || offset + (long) length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "no range of floats: offset " + offset + ", length " + length);
    }
  }

  /** First float behind the range. */
  public int end() {
    return offset + length;
  }

  boolean isEmpty() {
    return length == 0;
  }

  boolean contains(FloatRange other) {
    return other.offset >= offset && other.end() <= end();
  }

  /** What both have in common; empty if nothing. */
  public FloatRange intersection(FloatRange other) {
    int from = Math.max(offset, other.offset);
    return new FloatRange(from, Math.max(0, Math.min(end(), other.end()) - from));
  }

  @Override
  public String toString() {
    return "[" + offset + ", " + end() + ")";
  }
}
