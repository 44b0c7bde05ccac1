package io.inverseform.job.report;

import java.io.IOException;

/** There is no picture, for want of a font or of anything to show: the run itself is sound. */
public final class DrawingException extends IOException {
  private static final long serialVersionUID = 1;

  /** There is nothing to draw. */
  DrawingException(String message) {
    super(message);
  }

  /** This machine lacks what drawing text takes. */
  DrawingException(Throwable cause) {
    super(
        "this machine cannot draw text (%s): install fontconfig and a font, on Debian fonts-dejavu-core"
            .formatted(rootOf(cause)),
        cause);
  }

  private static Throwable rootOf(Throwable cause) {
    return cause.getCause() == null ? cause : rootOf(cause.getCause());
  }
}
