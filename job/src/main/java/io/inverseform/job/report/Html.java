package io.inverseform.job.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** HTML as it is written, element by element: texts and attributes are escaped, ends match. */
final class Html {
  private final StringBuilder html = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Begins an element.
   *
   * @param attributes names and values in turn
   */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    open.push(tag);
    return this;
  }

  /** Ends the element that was begun last. */
  Html close() {
    html.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element with nothing but a text. */
  Html element(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** An element that has no end, such as {@code img}. */
  Html empty(String tag, String... attributes) {
    start(tag, attributes);
    return this;
  }

  Html text(String text) {
    html.append(escaped(text));
    return this;
  }

  /** What another one has written. */
  Html add(Html other) {
    html.append(other);
    return this;
  }

  /** A style sheet: what is in it is the job's own. */
  Html style(String css) {
    html.append("<style>").append(css).append("</style>");
    return this;
  }

  private void start(String tag, String... attributes) {
    html.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      html.append(' ').append(attributes[i]).append("=\"");
      html.append(escaped(attributes[i + 1])).append('"');
    }
    html.append('>');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  @Override
  public String toString() {
    return html.toString();
  }
}
