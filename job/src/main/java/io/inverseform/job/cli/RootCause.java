package io.inverseform.job.cli;

import io.inverseform.job.storage.S3Failure;
import io.inverseform.job.train.TrainingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a failure began with. Spark hands an executor's exception on as text with its stack trace,
 * so messages are searched as well as causes.
 */
final class RootCause {
  private static final String CAUSED_BY = "Caused by: ";
  private static final String FRAME = "\tat ";

  /** Whose messages say enough without the class's name. */
  private static final Set<Class<?>> PLAIN =
      Set.of(
          IOException.class,
          FileNotFoundException.class,
          IllegalStateException.class,
          IllegalArgumentException.class);

  private RootCause() {}

  /** One line that says what went wrong at first. */
  static String line(Throwable failure) {
    Throwable root = innermost(failure);
    Optional<String> store = S3Failure.line(failure);
    if (store.isPresent() && !(root instanceof TrainingException)) {
      return store.get();
    }
    String message = root.getMessage();
    if (message == null || message.isBlank()) {
      return root.getClass().getName();
    }
    List<String> lines = message.lines().toList();
    Optional<String> traced = store.or(() -> tracedCause(lines));
    if (root instanceof TrainingException) {
      // The first line names the rank and its host.
      return traced
          .filter(cause -> !lines.get(0).contains(cause))
          .map(cause -> lines.get(0) + ": " + cause)
          .orElse(lines.get(0));
    }
    return traced.orElseGet(() -> name(root) + String.join(" ", lines).strip());
  }

  private static Throwable innermost(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof TrainingException)) {
      root = root.getCause();
    }
    return root;
  }

  private static String name(Throwable root) {
    boolean plain =
        PLAIN.contains(root.getClass())
            || root.getClass().getPackageName().startsWith("io.inverseform");
    return plain ? "" : root.getClass().getSimpleName() + ": ";
  }

  /** The innermost exception of a stack trace within a message. */
  private static Optional<String> tracedCause(List<String> lines) {
    int first =
        IntStream.range(0, lines.size())
            .filter(i -> lines.get(i).startsWith(FRAME))
            .findFirst()
            .orElse(0);
    if (first == 0) {
      return Optional.empty();
    }
    String thrown = lines.get(first - 1).strip();
    return lines.stream()
        .filter(line -> line.startsWith(CAUSED_BY))
        .map(line -> line.substring(CAUSED_BY.length()))
        .reduce((earlier, later) -> later)
        .or(() -> Optional.of(thrown));
  }
}
