package io.inverseform.job.cli;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What a failure began with. Spark hands an executor's exception on as text with its stack trace,
 * so messages are searched as well as causes.
 */
final class RootCause {
  private static final String CAUSED_BY = "Caused by: ";
  private static final String FRAME = "\tat ";

  private RootCause() {}

  /** One line: the root cause's message, or its class where it has none. */
  static String line(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    if (message == null || message.isBlank()) {
      return root.getClass().getName();
    }
    List<String> lines = message.lines().toList();
    if (lines.stream().noneMatch(line -> line.startsWith(FRAME))) {
      return String.join(" ", lines).strip();
    }
    return lines.stream()
        .filter(line -> line.startsWith(CAUSED_BY))
        .reduce((earlier, later) -> later)
        .map(line -> line.substring(CAUSED_BY.length()))
        .orElseGet(() -> beforeFrames(lines));
  }

  /** The line that a stack trace in the text belongs to. */
  private static String beforeFrames(List<String> lines) {
    int frame =
        IntStream.range(0, lines.size())
            .filter(i -> lines.get(i).startsWith(FRAME))
            .findFirst()
            .orElseThrow();
    return lines.get(Math.max(0, frame - 1)).strip();
  }
}
