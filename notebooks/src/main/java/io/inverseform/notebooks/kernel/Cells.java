package io.inverseform.notebooks.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import jdk.jshell.UnresolvedReferenceException;

/** Runs cells of Java one after another, in this process and on this process's class path. */
final class Cells implements AutoCloseable {
  /** More frames of a stack trace tell a notebook's reader nothing. */
  private static final int MAX_FRAMES = 12;

  private final CellExecution execution = new CellExecution();
  private final JShell shell =
      JShell.builder().executionEngine(execution.provider(), Map.of()).build();
  private final SourceCodeAnalysis analysis = shell.sourceCodeAnalysis();
  private final Map<String, Cell.Part> parts = new HashMap<>();
  private final Object lock = new Object();
  private Thread running;

  /** What can stand at a place of a cell: replacements of the source from there to the cursor. */
  record Completion(int from, List<String> replacements) {}

  /**
   * Gives this thread a context class loader that sees the classes of the cells; threads that it
   * starts inherit it.
   */
  Cells() {
    shell.addToClasspath(System.getProperty("java.class.path"));
  }

  /**
   * Runs a cell.
   *
   * @return value of its last expression; null if it ends with anything else, or with a semicolon
   * @throws CellException if it does not compile, or throws
   */
  Object run(Cell cell) {
    synchronized (lock) {
      running = Thread.currentThread();
    }
    try {
      return evaluate(cell);
    } finally {
      synchronized (lock) {
        running = null;
        // An interrupt that came too late must not hit what this thread does next.
        Thread.interrupted();
      }
    }
  }

  /** Interrupts the cell that runs, if one does. */
  void interrupt() {
    synchronized (lock) {
      if (running != null) {
        running.interrupt();
      }
    }
  }

  private Object evaluate(Cell cell) {
    String source = cell.source();
    List<Snippet> snippets = new ArrayList<>();
    // JShell loses count of the lines of a snippet that begins with an empty one.
    int at = skipSpace(source, 0);
    while (at < source.length()) {
      CompletionInfo next = analysis.analyzeCompletion(source.substring(at));
      if (next.completeness() == Completeness.EMPTY) {
        break;
      }
      boolean whole = next.source() == null || next.remaining().length() == source.length() - at;
      String code = whole ? source.substring(at) : next.source();
      Cell.Part part = new Cell.Part(cell, at);
      for (SnippetEvent event : shell.eval(code)) {
        if (event.causeSnippet() == null) {
          parts.put(event.snippet().id(), part);
          snippets.add(event.snippet());
          requireSuccess(event, part);
        }
      }
      at = whole ? source.length() : skipSpace(source, source.length() - next.remaining().length());
    }
    snippets.forEach(this::requireResolved);
    boolean shown = isExpression(snippets) && !source.stripTrailing().endsWith(";");
    return shown ? execution.value() : null;
  }

  private static int skipSpace(String source, int from) {
    int at = from;
    while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isExpression(List<Snippet> snippets) {
    if (snippets.isEmpty()) {
      return false;
    }
    Snippet last = snippets.get(snippets.size() - 1);
    return last.kind() == Snippet.Kind.EXPRESSION
        || last.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
  }

  private void requireSuccess(SnippetEvent event, Cell.Part part) {
    if (event.status() == Status.REJECTED) {
      List<String> lines =
          shell
              .diagnostics(event.snippet())
              .filter(problem -> problem.isError())
              .flatMap(problem -> part.describe(problem).stream())
              .toList();
      throw new CellException(
          lines.isEmpty() ? List.of(part.place(1) + ": does not compile") : lines);
    }
    if (event.exception() != null) {
      throw thrown(event.exception());
    }
  }

  /** JShell accepts a method whose body uses what may be declared later; a cell has no later. */
  private void requireResolved(Snippet snippet) {
    if (snippet instanceof DeclarationSnippet declaration
        && (shell.status(snippet) == Status.RECOVERABLE_DEFINED
            || shell.status(snippet) == Status.RECOVERABLE_NOT_DEFINED)) {
      String problem =
          "%s: '%s' uses what is declared nowhere: %s"
              .formatted(
                  parts.get(snippet.id()).place(1),
                  declaration.name(),
                  shell.unresolvedDependencies(declaration).collect(Collectors.joining(", ")));
      throw new CellException(List.of(problem));
    }
  }

  private CellException thrown(JShellException exception) {
    List<String> lines = new ArrayList<>();
    Stream.of(exception.getStackTrace())
        .flatMap(frame -> inCell(frame).stream())
        .findFirst()
        .ifPresent(lines::addAll);
    for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
      lines.add((cause == exception ? "" : "Caused by: ") + message(cause));
      StackTraceElement[] frames = cause.getStackTrace();
      Stream.of(frames).limit(MAX_FRAMES).forEach(frame -> lines.add("    at " + text(frame)));
      if (frames.length > MAX_FRAMES) {
        lines.add("    and " + (frames.length - MAX_FRAMES) + " more");
      }
    }
    return new CellException(lines);
  }

  private String message(Throwable thrown) {
    if (thrown instanceof UnresolvedReferenceException unresolved) {
      return unresolved.getSnippet().name() + " uses what is declared nowhere";
    }
    String type =
        thrown instanceof EvalException translated
            ? translated.getExceptionClassName()
            : thrown.getClass().getName();
    return thrown.getMessage() == null ? type : type + ": " + thrown.getMessage();
  }

  private Optional<List<String>> inCell(StackTraceElement frame) {
    return part(frame)
        .map(
            part ->
                List.of(
                    part.place(frame.getLineNumber()) + ":",
                    "    " + part.code(frame.getLineNumber())));
  }

  private String text(StackTraceElement frame) {
    return part(frame).map(part -> part.place(frame.getLineNumber())).orElse(frame.toString());
  }

  /** JShell's file names are a # and the snippet's number. */
  private Optional<Cell.Part> part(StackTraceElement frame) {
    String file = frame.getFileName();
    return file == null || !file.startsWith("#")
        ? Optional.empty()
        : Optional.ofNullable(parts.get(file.substring(1)));
  }

  /** Completes the source before the cursor. */
  Completion complete(String source, int cursor) {
    int start = lastSnippet(source.substring(0, cursor));
    int[] anchor = new int[1];
    List<String> replacements =
        analysis
            .completionSuggestions(source.substring(start, cursor), cursor - start, anchor)
            .stream()
            .map(Suggestion::continuation)
            .distinct()
            .toList();
    return new Completion(start + anchor[0], replacements);
  }

  /** Signatures at the cursor; empty if there are none. */
  String signatures(String source, int cursor) {
    int start = lastSnippet(source.substring(0, cursor));
    return analysis.documentation(source.substring(start, cursor), cursor - start, false).stream()
        .map(SourceCodeAnalysis.Documentation::signature)
        .collect(Collectors.joining("\n"));
  }

  /** Whether a line editor may run it, or waits for more. */
  boolean isComplete(String source) {
    return Arrays.asList(Completeness.COMPLETE, Completeness.EMPTY, Completeness.UNKNOWN)
        .contains(analysis.analyzeCompletion(source).completeness());
  }

  /** Where the last, perhaps unfinished snippet begins. */
  private int lastSnippet(String source) {
    int at = 0;
    while (true) {
      CompletionInfo next = analysis.analyzeCompletion(source.substring(at));
      int after = source.length() - next.remaining().length();
      if (!next.completeness().isComplete() || after <= at || after == source.length()) {
        return at;
      }
      at = after;
    }
  }

  @Override
  public void close() {
    shell.close();
  }
}
