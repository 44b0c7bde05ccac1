package io.inverseform.job.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A process in which threads that see no class of ours start the engine, at the same time. */
final class EngineStartProbe {
  private EngineStartProbe() {}

  public static void main(String[] args) throws Exception {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task);
              thread.setContextClassLoader(new ClassLoader(null) {});
              return thread;
            });
    Callable<Float> start =
        () -> {
          Torch.start(1);
          try (NDManager manager = Torch.manager(Device.cpu());
              NDArray ones = manager.ones(new Shape(3))) {
            return ones.sum().getFloat();
          }
        };
    List<Float> sums = new ArrayList<>();
    for (Future<Float> future : threads.invokeAll(List.of(start, start))) {
      sums.add(future.get());
    }
    System.out.println("sums " + sums);
    System.exit(0);
  }
}
