package io.inverseform.job.doctor;

import java.io.Serializable;
import java.util.Locale;

/**
 * One line of what the doctor says.
 *
 * @param name of the check
 * @param detail what was measured
 * @param remedy what to do; empty where all is well
 */
public record Finding(String name, Status status, String detail, String remedy)
    implements Serializable {
  /** How well it is. */
  public enum Status {
    /** As it should be. */
    OK,
    /** The job runs, but slower or otherwise than it may seem. */
    WARNING,
    /** The job would fail. */
    PROBLEM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The detail, and the remedy if there is one. */
  public String text() {
    return remedy.isEmpty() ? detail : detail + "; " + remedy;
  }
}
