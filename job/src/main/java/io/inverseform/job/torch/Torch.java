package io.inverseform.job.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts DJL's PyTorch engine, once a process, on a thread of its own whose context class loader is
 * this class's: a first load from a thread that cannot see the engine fails and poisons the JVM.
 */
public final class Torch {
  /** Of the start: where PyTorch is not there yet it is downloaded, hundreds of megabytes. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static CompletableFuture<Engine> start;

  private Torch() {}

  /**
   * Starts the engine, or waits until another thread has.
   *
   * @param threads for operators inside one call, at least 1; the same for the whole process
   * @throws IllegalStateException if the engine cannot be loaded, or not within ten minutes
   */
  public static void start(int threads) {
    engine();
    synchronized (Torch.class) {
      if (JniUtils.getNumThreads() != threads) {
        JniUtils.setNumThreads(threads);
      }
    }
  }

  /** A manager whose arrays live on the device until it is closed. */
  public static NDManager manager(Device device) {
    return engine().newBaseManager(device);
  }

  /** Version of the loaded PyTorch. */
  public static String version() {
    return engine().getVersion();
  }

  static Engine engine() {
    CompletableFuture<Engine> running;
    synchronized (Torch.class) {
      if (start == null) {
        start = new CompletableFuture<>();
        Thread thread = new Thread(() -> load(start), "torch-engine-start");
        thread.setContextClassLoader(Torch.class.getClassLoader());
        thread.setDaemon(true);
        thread.start();
      }
      running = start;
    }
    return await(running, LIMIT);
  }

  static Engine await(CompletableFuture<Engine> running, Duration limit) {
    try {
      return running.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          ("DJL's PyTorch engine has not started within %d s. It unpacks PyTorch into DJL_CACHE_DIR (%s),"
                  + " and downloads what is not on the class path unless DJL_OFFLINE is true (%s): see"
                  + " whether that folder's disk hangs, and whether this host reaches the network")
              .formatted(limit.toSeconds(), variable("DJL_CACHE_DIR"), variable("DJL_OFFLINE")),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("told to stop while DJL's PyTorch engine was starting", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "cannot start DJL's PyTorch engine on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + e.getCause().getMessage()
              + "; look for its natives on the class path and in DJL_CACHE_DIR",
          e.getCause());
    }
  }

  private static String variable(String name) {
    return System.getenv().getOrDefault(name, "not set");
  }

  private static void load(CompletableFuture<Engine> result) {
    try {
      Engine engine = Engine.getEngine("PyTorch");
      // The engine switches gradients off on the thread that loads it; every thread says for itself
      // what it wants (Tape).
      result.complete(engine);
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }
}
