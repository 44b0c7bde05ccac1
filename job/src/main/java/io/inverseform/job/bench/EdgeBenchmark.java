package io.inverseform.job.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.infra.Blackhole;

/** One operation on every label map of a folder: what JMH runs in a process of its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Threads(1)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx3g", "-Xmn512m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"})
public class EdgeBenchmark {
  /** What is measured. */
  @Param public EdgeOperation operation;

  /** Where the label maps lie, as PNG files of train ids. */
  @Param("")
  public String folder;

  private final List<EdgeInput> inputs = new ArrayList<>();

  /** Reads the label maps. */
  @Setup
  public void read() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      for (Path file : files.sorted().toList()) {
        inputs.add(EdgeInput.of(Files.readAllBytes(file)));
      }
    }
  }

  /** Calls the operation once for every label map. */
  @Benchmark
  public void call(Blackhole hole) throws IOException {
    for (EdgeInput input : inputs) {
      hole.consume(operation.on(input));
    }
  }
}
