package io.inverseform.job.cli;

import io.inverseform.job.report.DrawingException;
import io.inverseform.job.report.Environment;
import io.inverseform.job.report.Report;
import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;

/** What commands draw at their end: what cannot be drawn costs a picture, not the run. */
final class Drawings {
  private static final Logger LOG = LoggerFactory.getLogger(Drawings.class);

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

  /** Keeps the environment of a command in its run folder, and writes the report of the run. */
  static void report(PrintWriter out, SparkSession spark, CommandSpec command, RunFolder run) {
    out.flush();
    try {
      List<String> words = command.root().commandLine().getParseResult().originalArgs();
      Environment.of(spark.sparkContext(), words).write(run);
      out.println("report: " + Report.write(run));
    } catch (IOException e) {
      LOG.warn("there is no report of {}", run.path(), e);
      out.println("report: none, " + e.getMessage());
    }
  }
}
