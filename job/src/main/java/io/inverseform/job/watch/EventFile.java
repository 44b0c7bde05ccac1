package io.inverseform.job.watch;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The scalars of every step for TensorBoard, in a file an attempt. */
public final class EventFile implements StepListener {
  private final AttemptFile file;

  /**
   * @param path of an attempt's file, with {@code tfevents} in its name, or TensorBoard does not
   *     see it; in the attempts' order by name
   */
  public EventFile(FileSystem fileSystem, IntFunction<Path> path) {
    file = new AttemptFile(fileSystem, path);
  }

  @Override
  public void onAttempt(int number, long resumeFrom) throws IOException {
    file.begin(number);
    file.append(EventRecords.version(now()));
    file.append(EventRecords.start(now(), resumeFrom + 1));
  }

  @Override
  public void onStep(Step step) throws IOException {
    file.append(EventRecords.scalars(now(), step.step(), scalars(step)));
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  private static Map<String, Double> scalars(Step step) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    if (!step.skipped()) {
      scalars.put("loss", step.loss());
      step.terms().forEach((name, value) -> scalars.put("terms/" + name, value));
    }
    step.validation().forEach((name, value) -> scalars.put("validation/" + name, value));
    scalars.put("learning_rate", step.learningRate());
    scalars.put("images_per_second", step.imagesPerSecond());
    scalars.put("starvation", step.starvation());
    Timings rank0 = step.timings();
    scalars.put("seconds/data", rank0.data());
    scalars.put("seconds/forward", rank0.forward());
    scalars.put("seconds/backward", rank0.backward());
    scalars.put("seconds/exchange", rank0.exchange());
    scalars.put("seconds/update", rank0.update());
    scalars.put("seconds/slowest_compute", step.slowest().compute());
    return scalars;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
