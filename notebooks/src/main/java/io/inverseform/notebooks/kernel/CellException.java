package io.inverseform.notebooks.kernel;

import java.util.List;

/**
 * A cell that does not compile, or that threw. Its message is all that the reader should see: where
 * in which cell, what, and from where.
 */
final class CellException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The kernel's own frames would only be in the way. */
  CellException(List<String> lines) {
    super(String.join("\n", lines), null, false, false);
  }
}
