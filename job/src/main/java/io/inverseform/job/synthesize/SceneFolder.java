package io.inverseform.job.synthesize;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.SynthesizeConfig;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.progress.ProgressLine;
import io.inverseform.udf.label.LabelPng;
import io.inverseform.udf.label.PngEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that scenes are written to. A file in it names seed and configuration, so that a
 * second run completes or keeps it, and another configuration never mixes with it. Files appear
 * whole.
 */
final class SceneFolder implements AutoCloseable {
  private static final String MARKER = "synthesized.json";
  private static final String CITY = "generated";
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Marker(int version, long seed, int width, int height, int train, int val) {}

  private record Task(String split, int index) {}

  private final FileSystem fileSystem;
  private final Path root;
  private final Marker marker;

  SceneFolder(String folder, Configuration hadoop, long seed, SynthesizeConfig config)
      throws IOException {
    Path given = new Path(folder);
    fileSystem = FileSystem.newInstance(given.toUri(), hadoop);
    // Checksum files beside every picture would be in the way of other tools.
    fileSystem.setWriteChecksum(false);
    root = fileSystem.makeQualified(given);
    marker = new Marker(1, seed, config.width(), config.height(), config.train(), config.val());
  }

  int write(SceneSynthesizer synthesizer) throws IOException {
    claim();
    List<Task> missing = new ArrayList<>();
    collectMissing("train", marker.train(), missing);
    collectMissing("val", marker.val(), missing);
    if (missing.isEmpty()) {
      return 0;
    }
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try (ProgressLine line = new ProgressLine("synthesize", "scenes", missing.size())) {
      List<Future<?>> running = new ArrayList<>();
      for (Task task : missing) {
        running.add(
            pool.submit(
                () -> {
                  save(task, synthesizer.scene(task.split(), task.index()));
                  line.advance(1);
                  return null;
                }));
      }
      for (Future<?> future : running) {
        await(future);
      }
    } finally {
      pool.shutdownNow();
    }
    return missing.size();
  }

  private static void await(Future<?> future) throws IOException {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while scenes were written");
    } catch (ExecutionException e) {
      throw new IOException("a scene could not be written: " + e.getCause().getMessage(), e);
    }
  }

  private void claim() throws IOException {
    Path file = new Path(root, MARKER);
    if (fileSystem.exists(file)) {
      Marker found;
      try (InputStream in = fileSystem.open(file)) {
        found = JSON.readValue(in.readAllBytes(), Marker.class);
      }
      if (!found.equals(marker)) {
        throw new IOException(
            root
                + " holds scenes of "
                + found
                + ", not of "
                + marker
                + ": delete it, or set data.source to another folder");
      }
    } else if (fileSystem.exists(root) && fileSystem.listStatus(root).length > 0) {
      throw new IOException(
          root + " is not empty and not made by synthesize: set data.source to another folder");
    } else {
      write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(marker));
    }
  }

  private void collectMissing(String split, int count, List<Task> missing) throws IOException {
    for (int index = 0; index < count; index++) {
      Task task = new Task(split, index);
      if (!fileSystem.exists(label(task))) {
        missing.add(task);
      }
    }
  }

  private void save(Task task, Scene scene) throws IOException {
    write(image(task), PngEncoder.encode(scene.picture().image()));
    write(label(task), LabelPng.encode(scene.labels()));
  }

  private Path image(Task task) {
    return path("leftImg8bit", task, "leftImg8bit");
  }

  /** Written last: a scene with a label is complete. */
  private Path label(Task task) {
    return path("gtFine", task, "gtFine_labelIds");
  }

  private Path path(String kind, Task task, String suffix) {
    String name = String.format("%s_%06d_000000_%s.png", CITY, task.index(), suffix);
    return new Path(root, String.join("/", kind, task.split(), CITY, name));
  }

  private void write(Path file, byte[] bytes) throws IOException {
    WholeFile.write(fileSystem, file, out -> out.write(bytes));
  }

  @Override
  public void close() throws IOException {
    fileSystem.close();
  }
}
