package io.inverseform.job.allreduce;

/**
 * What the driver wants of all workers at the end of one step. All ranks see it at the same step.
 *
 * @param step at whose end it applies
 * @param reason for logs; may be empty
 */
public record Directive(Kind kind, long step, String reason) {
  /** What to do; the ordinal is its byte on the wire. */
  public enum Kind {
    /** Go on. */
    NONE,
    /** Write a checkpoint, end in order. */
    STOP
  }

  static Directive none(long step) {
    return new Directive(Kind.NONE, step, "");
  }
}
