package io.inverseform.job.allreduce;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Gives requests of the driver a step at which all ranks act on them. A worker learns of directives
 * from the answers to its reports, and does not go beyond step s before its report of s - 1 is
 * answered. So a rank whose newest report is m may have acted on m + 1 without knowing, but not on
 * m + 2: that is the first step that can be named.
 */
final class Directives {
  private static final int STEPS_AHEAD = 2;

  private final List<Directive> scheduled = new ArrayList<>();
  private final Deque<Directive> requested = new ArrayDeque<>();
  private long newestReport = -1;

  void request(Directive.Kind kind, String reason) {
    requested.add(new Directive(kind, -1, reason));
    schedule();
  }

  void reported(long step) {
    newestReport = Math.max(newestReport, step);
    schedule();
  }

  private void schedule() {
    while (newestReport >= 0 && !requested.isEmpty()) {
      Directive next = requested.remove();
      long afterLast = scheduled.isEmpty() ? 0 : scheduled.get(scheduled.size() - 1).step() + 1;
      scheduled.add(
          new Directive(
              next.kind(), Math.max(newestReport + STEPS_AHEAD, afterLast), next.reason()));
    }
  }

  /** Those that apply after a step. */
  List<Directive> after(long step) {
    return scheduled.stream().filter(d -> d.step() > step).toList();
  }
}
