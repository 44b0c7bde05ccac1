package io.inverseform.job.bench;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Measures operations on label maps by JMH: one thread, a fresh process for every operation, time
 * and allocation a call.
 *
 * @param maps train ids, all of one size
 * @param warmup iterations before those that count, 0 or more
 * @param iterations that count, 1 or more; each lasts 0.3 seconds, or one call if that is longer
 */
public record EdgeBench(List<LabelMap> maps, int warmup, int iterations) {
  private static final TimeValue ITERATION = TimeValue.milliseconds(300);

  /** Checks the ranges. */
  public EdgeBench {
    if (warmup < 0) {
      throw new IllegalArgumentException("warmup must be at least 0, is " + warmup);
    }
    if (iterations < 1) {
      throw new IllegalArgumentException("iterations must be at least 1, is " + iterations);
    }
  }

  /** Measures on a drawn map: 2048x1024, 300 regions of 19 classes, some of them ignored. */
  public static EdgeBench ofDrawnMap(int warmup, int iterations) {
    return new EdgeBench(List.of(BenchMaps.draw()), warmup, iterations);
  }

  /**
   * Measures on label PNGs of one size, with train ids or label ids of Cityscapes.
   *
   * @throws IOException if a file cannot be read, or is none
   */
  public static EdgeBench ofFiles(List<Path> files, int warmup, int iterations) throws IOException {
    return new EdgeBench(BenchMaps.read(files), warmup, iterations);
  }

  /** Receives results as they come. */
  public interface Listener {
    /** An operation is about to be measured. */
    void begins(EdgeOperation operation);

    /** An operation has been measured. */
    void measured(EdgeMeasurement measurement);
  }

  /**
   * Measures operations one after the other.
   *
   * @throws IOException if the maps cannot be written for the other processes
   * @throws RunnerException if one of them fails
   */
  public void run(Collection<EdgeOperation> operations, Listener listener)
      throws IOException, RunnerException {
    Path folder = Files.createTempDirectory("inverseform-bench-");
    try {
      for (int i = 0; i < maps.size(); i++) {
        Files.write(folder.resolve("%06d.png".formatted(i)), LabelPng.encode(maps.get(i)));
      }
      for (EdgeOperation operation : operations) {
        listener.begins(operation);
        listener.measured(measure(operation, folder));
      }
    } finally {
      delete(folder);
    }
  }

  private EdgeMeasurement measure(EdgeOperation operation, Path folder) throws RunnerException {
    var options =
        new OptionsBuilder()
            .include("^" + EdgeBenchmark.class.getName() + "\\.")
            .param("operation", operation.name())
            .param("folder", folder.toString())
            .warmupIterations(warmup)
            .warmupTime(ITERATION)
            .measurementIterations(iterations)
            .measurementTime(ITERATION)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            // Standard output is for results.
            .verbosity(VerboseMode.SILENT)
            .build();
    RunResult result = new Runner(options).runSingle();
    Result<?> time = result.getPrimaryResult();
    return EdgeMeasurement.of(
        operation, time.getScore(), time.getScoreError(), allocated(result), maps);
  }

  private static double allocated(RunResult result) {
    Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
    if (bytes == null) {
      throw new IllegalStateException(
          "this JVM does not tell what a thread allocates: run on a HotSpot JDK 17");
    }
    return bytes.getScore();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
