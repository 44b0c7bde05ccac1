package io.inverseform.job.allreduce;

import java.util.List;
import java.util.TreeMap;

/** The directives that a worker has been told of, until their step. */
final class DirectiveBook {
  private final TreeMap<Long, Directive> byStep = new TreeMap<>();
  private long lastApplied = -1;

  synchronized void learn(List<Directive> told) {
    told.stream().filter(d -> d.step() > lastApplied).forEach(d -> byStep.put(d.step(), d));
  }

  /**
   * What applies at the end of a step.
   *
   * @throws IllegalStateException if a directive came too late: steps were not reported one by one
   */
  synchronized Directive at(long step) {
    if (byStep.isEmpty() || byStep.firstKey() > step) {
      return Directive.none(step);
    }
    Directive due = byStep.pollFirstEntry().getValue();
    lastApplied = due.step();
    if (due.step() < step) {
      throw new IllegalStateException(
          due + " became known only at step " + step + ": every step must be reported");
    }
    return due;
  }
}
