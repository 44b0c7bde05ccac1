package io.inverseform.notebooks.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.jshell.Diag;

/**
 * The source of a cell, and what is at its places.
 *
 * @param number as in the notebook's margin
 */
record Cell(int number, String source) {
  /** A snippet of a cell. */
  record Part(Cell cell, int offset) {
    /**
     * A place for the reader.
     *
     * @param snippetLine from 1
     */
    String place(int snippetLine) {
      return cell.place(cell.line(offset) + snippetLine - 1);
    }

    /** The source line of a place. */
    String code(int snippetLine) {
      return cell.code(cell.line(offset) + snippetLine - 1);
    }

    /** A compiler's message with the code that it is about. */
    List<String> describe(Diag problem) {
      int start = offset + (int) Math.max(problem.getStartPosition(), 0);
      int end = offset + (int) Math.max(problem.getEndPosition(), 0);
      return cell.describe(problem.getMessage(Locale.ROOT), start, end);
    }
  }

  private List<String> describe(String message, int start, int end) {
    // A closing bracket that is missing is missed behind the last character.
    int from = Math.min(start, source.length());
    int line = line(from);
    int begin = source.lastIndexOf('\n', from - 1) + 1;
    String code = code(line);
    int length =
        Math.max(1, Math.min(Math.min(end, source.length()), begin + code.length()) - from);
    List<String> lines = new ArrayList<>();
    String[] said = message.split("\\R");
    lines.add(place(line) + ": " + said[0]);
    lines.add("    " + code);
    lines.add("    " + " ".repeat(from - begin) + "^".repeat(length));
    lines.addAll(List.of(said).subList(1, said.length));
    return lines;
  }

  /** The line of a character, from 1. */
  private int line(int position) {
    return 1 + (int) source.substring(0, position).chars().filter(c -> c == '\n').count();
  }

  private String code(int line) {
    String[] lines = source.split("\n", -1);
    return line <= lines.length ? lines[line - 1].stripTrailing() : "";
  }

  private String place(int line) {
    return "cell " + number + ", line " + line;
  }
}
