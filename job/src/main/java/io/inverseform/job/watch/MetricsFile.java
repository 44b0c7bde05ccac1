package io.inverseform.job.watch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The metrics: a JSON object a step. */
public final class MetricsFile implements StepListener {
  private final AttemptFile file;

  /**
   * @param path of an attempt's file
   */
  public MetricsFile(FileSystem fileSystem, IntFunction<Path> path) {
    file = new AttemptFile(fileSystem, path);
  }

  @Override
  public void onAttempt(int number, long resumeFrom) throws IOException {
    file.begin(number);
  }

  @Override
  public void onStep(Step step) throws IOException {
    file.append((step.json() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
