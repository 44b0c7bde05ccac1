package io.inverseform.job.allreduce;

/** What callers of an {@link Exchange} must keep, checked alike by all implementations. */
final class StepRules {
  private StepRules() {}

  static void give(Coverage given, FloatRange range, int rank, long step) {
    if (!given.add(range)) {
      throw new IllegalArgumentException(
          "rank "
              + rank
              + ", step "
              + step
              + ": gradient range "
              + range
              + " is outside "
              + given.whole()
              + " or was handed over before in this step");
    }
  }

  static void requireEnd(Coverage given, long endedStep, int rank, long step) {
    if (endedStep != step) {
      throw new IllegalStateException(
          "rank "
              + rank
              + ": step "
              + endedStep
              + " is to be ended, but the exchange is in step "
              + step);
    }
    if (!given.isComplete()) {
      throw new IllegalStateException(
          "rank "
              + rank
              + ", step "
              + step
              + ": "
              + given.missing()
              + " of "
              + given.whole().length()
              + " gradient values were not handed over");
    }
  }

  static void requireSummable(double[] values) {
    if (values.length > Exchange.MAX_SUM) {
      throw new IllegalArgumentException(
          values.length + " values to sum, at most " + Exchange.MAX_SUM + " are allowed");
    }
  }
}
