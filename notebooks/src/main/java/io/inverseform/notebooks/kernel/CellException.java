package io.inverseform.notebooks.kernel;

import java.util.List;

/** A cell that does not compile, or that threw: its message says where in which cell. */
final class CellException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** For the reader, one line each; not serialised by anyone. */
  private final transient List<String> lines;

  CellException(String message, List<String> lines) {
    super(message);
    this.lines = List.copyOf(lines);
  }

  List<String> lines() {
    return lines;
  }
}
