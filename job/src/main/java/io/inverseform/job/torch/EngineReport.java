package io.inverseform.job.torch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.LibUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the engine of this process turned out to be.
 *
 * @param version of PyTorch
 * @param djl version of DJL
 * @param folder of PyTorch's natives
 * @param bridge file of DJL's natives; empty where the system does not tell
 * @param cuda whether PyTorch was built for CUDA
 * @param gpus that PyTorch can use
 */
public record EngineReport(
    String version, String djl, Path folder, Optional<Path> bridge, boolean cuda, int gpus) {
  private static final Path MAPPED = Path.of("/proc/self/maps");

  /**
   * Starts the engine, if no one has.
   *
   * @throws IllegalStateException if it cannot be loaded
   */
  public static EngineReport take() throws IOException {
    Engine engine = Torch.engine();
    Path folder = Path.of(LibUtils.getLibtorchPath());
    return new EngineReport(
        engine.getVersion(),
        Engine.getDjlVersion(),
        folder,
        mapped("libdjl_torch.so"),
        hasCuda(),
        Devices.gpus());
  }

  /** Whether PyTorch's natives are those with CUDA, whatever GPUs there are. */
  static boolean hasCuda() {
    return Files.exists(Path.of(LibUtils.getLibtorchPath()).resolve("libtorch_cuda.so"));
  }

  /** The file of a library that this process has loaded. */
  private static Optional<Path> mapped(String name) throws IOException {
    if (!Files.exists(MAPPED)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(MAPPED)) {
      return lines
          .filter(line -> line.endsWith(name))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst();
    }
  }

  /** Whether convolutions on this processor are right only with channels last in memory. */
  public static boolean readsOldMemory() {
    Torch.engine();
    return OldMemory.isRead();
  }

  /** Whether a 3x3 convolution of small whole numbers, on a GPU if there is one, is exact. */
  public static boolean convolvesRightly() {
    int side = 5;
    try (NDManager manager = Torch.manager(Devices.best())) {
      NDArray x = manager.arange(0f, side * side).reshape(new Shape(1, 1, side, side));
      NDArray weight = manager.arange(0f, 9).reshape(new Shape(1, 1, 3, 3));
      float[] y = Operators.convolution(x, weight, null, 1).toFloatArray();
      for (int at = 0; at < y.length; at++) {
        int sum = 0;
        for (int tap = 0; tap < 9; tap++) {
          int row = at / side + tap / 3 - 1;
          int column = at % side + tap % 3 - 1;
          if (row >= 0 && row < side && column >= 0 && column < side) {
            sum += tap * (row * side + column);
          }
        }
        if (y[at] != sum) {
          return false;
        }
      }
      return true;
    }
  }
}
