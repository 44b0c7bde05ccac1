package io.inverseform.job.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.cuda.CudaUtils;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that compute, and all in which they differ: nothing else asks. A name is {@code cpu},
 * {@code cuda} for the first GPU, or {@code cpu} and a number for the CPU as though it were a GPU:
 * its memory is treated as another than the host's, so that what is done for a GPU runs, and is
 * tested, without one.
 */
public final class Devices {
  private static final Logger LOG = LoggerFactory.getLogger(Devices.class);
  private static final String AS_THOUGH_GPU = "cpu[0-9]{1,4}";

  private Devices() {}

  /**
   * The device of that name.
   *
   * @throws IllegalArgumentException if no device has it
   * @throws IllegalStateException if it is a GPU that this PyTorch cannot use
   */
  public static Device named(String name) {
    requireName(name);
    return switch (name) {
      case "cpu" -> Device.cpu();
      case "cuda" -> gpu("0", "asked for");
      default -> AsThoughGpu.DEVICE;
    };
  }

  /**
   * Refuses what names no device, whatever there is here.
   *
   * @throws IllegalArgumentException saying which names there are
   */
  public static void requireName(String name) {
    if (!name.equals("cpu") && !name.equals("cuda") && !name.matches(AS_THOUGH_GPU)) {
      throw new IllegalArgumentException(
          "device must be cpu, cuda, or cpu0 for the CPU as though it were a GPU, is " + name);
    }
  }

  /**
   * The device of a task.
   *
   * @param gpuAddresses what Spark gave to it, of which it takes the first: a number by which CUDA
   *     counts the GPUs that this process sees, or {@code cpu} and a number from a discovery script
   *     that rehearses a cluster with GPUs on one without; empty for the CPU
   * @throws IllegalStateException if the task has a GPU that this PyTorch cannot use: it must not
   *     compute on the CPU unnoticed
   */
  public static Device ofTask(List<String> gpuAddresses) {
    if (gpuAddresses.isEmpty()) {
      return Device.cpu();
    }
    String address = gpuAddresses.get(0);
    if (address.matches(AS_THOUGH_GPU)) {
      LOG.warn("Spark gave this task GPU {}: it computes on the CPU", address);
      return AsThoughGpu.DEVICE;
    }
    return gpu(address, "Spark gave this task");
  }

  /** The CPU to PyTorch. DJL has one device by that name, and this one to derive others from. */
  private static final class AsThoughGpu extends Device.MultiDevice {
    static final Device DEVICE = new AsThoughGpu();

    private AsThoughGpu() {
      super(Device.cpu());
    }

    @Override
    public String getDeviceType() {
      return Device.Type.CPU;
    }

    @Override
    public String toString() {
      return "cpu0";
    }
  }

  private static Device gpu(String address, String how) {
    int gpus = gpus();
    if (gpus == 0) {
      throw new IllegalStateException(
          ("%s GPU %s, but PyTorch %s in %s %s. Leave the jar pytorch-native-cpu off the class"
                  + " path, as submit.sh does with --conf spark.executor.resource.gpu.amount=1, and set"
                  + " PYTORCH_LIBRARY_PATH on every host to the lib folder of a PyTorch of that version with"
                  + " CUDA 12.8; nvidia-smi must work there; or ask for no GPUs")
              .formatted(
                  how,
                  address,
                  Torch.version(),
                  LibUtils.getLibtorchPath(),
                  EngineReport.hasCuda()
                      ? "finds no GPU that it can use, CUDA_VISIBLE_DEVICES is '%s'"
                          .formatted(visible())
                      : "is built for the CPU"));
    }
    if (!address.matches("[0-9]{1,4}") || Integer.parseInt(address) >= gpus) {
      throw new IllegalStateException(
          ("Spark gave this task GPU %s, but PyTorch counts %d from 0 here, CUDA_VISIBLE_DEVICES is '%s'."
                  + " The discovery script must print the numbers that CUDA counts by, as"
                  + " configs/gpu-discovery.sh does, with the same CUDA_VISIBLE_DEVICES as the executors")
              .formatted(address, gpus, visible()));
    }
    return Device.gpu(Integer.parseInt(address));
  }

  private static String visible() {
    return System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "");
  }

  /** Those that PyTorch can use in this process. */
  static int gpus() {
    return Torch.engine().getGpuCount();
  }

  /** The first GPU, or the CPU where there is none. */
  static Device best() {
    return gpus() > 0 ? Device.gpu() : Device.cpu();
  }

  /** Whether Java reads and writes the memory of its arrays, and no copies are needed. */
  static boolean sharesMemory(NDManager manager) {
    Device device = manager.getDevice();
    return !device.isGpu() && !(device instanceof AsThoughGpu);
  }

  /** Whether it is the CPU that computes with an array, as soon as it is told to. */
  public static boolean isOnCpu(NDArray array) {
    return !array.getDevice().isGpu();
  }

  /** Megabytes of the device's own memory that are taken, by whatever process. */
  public static OptionalLong usedMegabytes(Device device) {
    return device.isGpu()
        ? OptionalLong.of(CudaUtils.getGpuMemory(device).getCommitted() >> 20)
        : OptionalLong.empty();
  }
}
