package io.inverseform.job.allreduce;

import java.util.stream.IntStream;

/**
 * The ports that a server may listen on, of which it takes the first that is free.
 *
 * @param first 1 to 65535, or 0 for any port
 * @param last from {@code first}, which is included like it
 */
public record Ports(int first, int last) {
  /** Whatever port the system gives. */
  public static final Ports ANY = new Ports(0, 0);

  /**
   * @throws IllegalArgumentException if there is no such range
   */
  public Ports {
    boolean any = first == 0 && last == 0;
    if (!any && (first < 1 || last < first || last > 65535)) {
      throw new IllegalArgumentException("no range of ports: " + first + " to " + last);
    }
  }

  /**
   * Reads "40000-40100"; nothing means any port.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static Ports parse(String range) {
    if (range.isEmpty()) {
      return ANY;
    }
    String[] ends = range.split("-", 2);
    try {
      return new Ports(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("no range of ports: '" + range + "'", e);
    }
  }

  IntStream all() {
    return IntStream.rangeClosed(first, last);
  }

  boolean isAny() {
    return first == 0;
  }

  @Override
  public String toString() {
    return first + "-" + last;
  }
}
