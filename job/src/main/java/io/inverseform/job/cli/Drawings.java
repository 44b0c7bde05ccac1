package io.inverseform.job.cli;

import io.inverseform.job.report.DrawingException;
import java.io.IOException;
import java.io.PrintWriter;
import org.apache.hadoop.fs.Path;

/** What commands draw at their end: what cannot be drawn costs a picture, not the run. */
final class Drawings {
  private Drawings() {}

  /** Draws a file. */
  interface Drawing {
    Path write() throws IOException;
  }

  /** Draws, and names the file on a line; or says on that line why there is none. */
  static void print(PrintWriter out, String name, Drawing drawing) throws IOException {
    out.flush();
    try {
      out.println(name + ": " + drawing.write());
    } catch (DrawingException e) {
      out.println(name + ": none, " + e.getMessage());
    }
  }
}
