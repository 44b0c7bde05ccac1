package io.inverseform.job.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/** Runs this command again for each cell, in processes of their own, some at a time. */
record CellProcesses(int atATime, String main, List<String> arguments) {
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
    Process process = start(cell);
    Thread hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        progress.accept(cell, "failed with exit code " + code);
        return false;
      }
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

  private Process start(String cell) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of("-Xmx" + HEAP_MEGABYTES + "m", "-XX:+UseSerialGC"));
    for (String logging : List.of("log4j2.configurationFile", "inverseform.log")) {
      if (System.getProperty(logging) != null) {
        command.add("-D" + logging + "=" + System.getProperty(logging));
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    command.addAll(List.of("--cell", cell));
    ProcessBuilder builder = new ProcessBuilder(command);
    // Threads that spin while they wait would take the cores from other cells.
    builder.environment().putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
