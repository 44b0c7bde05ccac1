package io.inverseform.job.cli;

import io.inverseform.job.train.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Runs this command again for each cell, in processes of their own, some at a time.
 *
 * @param main class that each runs
 * @param limit for each
 */
record CellProcesses(int atATime, String main, List<String> arguments, Duration limit) {
  private static final int HEAP_MEGABYTES = 1024;

  /**
   * Runs all cells, and goes on where one fails.
   *
   * @param result told of each cell that ends well, and what it printed
   * @param progress told when a cell begins, ends and fails
   * @return how many failed
   */
  int run(
      List<String> cells, BiConsumer<String, String> result, BiConsumer<String, String> progress) {
    ExecutorService threads = Executors.newFixedThreadPool(atATime);
    try {
      List<Future<Boolean>> running = new ArrayList<>();
      for (String cell : cells) {
        running.add(threads.submit(() -> run(cell, result, progress)));
      }
      int failed = 0;
      for (Future<Boolean> one : running) {
        failed += one.get() ? 0 : 1;
      }
      return failed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while cells were running", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a cell cannot be run: " + e.getCause(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Whether it ended well. */
  private boolean run(
      String cell, BiConsumer<String, String> result, BiConsumer<String, String> progress)
      throws IOException, InterruptedException {
    progress.accept(cell, "begins");
    Path out = Files.createTempFile("inverseform-cell", ".out");
    try {
      return run(cell, out, result, progress);
    } finally {
      Files.delete(out);
    }
  }

  private boolean run(
      String cell, Path out, BiConsumer<String, String> result, BiConsumer<String, String> progress)
      throws IOException, InterruptedException {
    Process process = start(cell, out);
    Thread hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        progress.accept(
            cell,
            "failed: it has not ended within %d s and is ended: see what else keeps this machine busy"
                .formatted(limit.toSeconds()));
        return false;
      }
      if (process.exitValue() != 0) {
        progress.accept(cell, "failed with exit code " + process.exitValue());
        return false;
      }
      String printed = new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
      synchronized (arguments) {
        result.accept(cell, printed);
      }
      progress.accept(cell, "is done");
      return true;
    } catch (IOException | IllegalStateException e) {
      progress.accept(cell, "failed: " + e.getMessage());
      return false;
    } finally {
      process.destroyForcibly();
      removeHook(hook);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending: the hook runs already.
    }
  }

  private Process start(String cell, Path out) throws IOException {
    List<String> ofCell = new ArrayList<>(arguments);
    ofCell.addAll(List.of("--cell", cell));
    ProcessBuilder builder =
        JavaProcess.of(List.of("-Xmx" + HEAP_MEGABYTES + "m", "-XX:+UseSerialGC"), main, ofCell);
    // Threads that spin while they wait would take the cores from other cells.
    builder.environment().putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
    return builder.redirectOutput(out.toFile()).start();
  }
}
