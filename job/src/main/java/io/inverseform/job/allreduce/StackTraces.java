package io.inverseform.job.allreduce;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Stack traces as text, to be sent or kept. */
final class StackTraces {
  private StackTraces() {}

  static String of(Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace, true));
    return trace.toString();
  }
}
