package io.inverseform.job.doctor;

import ai.djl.util.Utils;
import io.inverseform.job.torch.EngineReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** PyTorch's natives: that there are some, that they are those wanted, and that they compute. */
final class TorchChecks {
  private static final long UNPACKED = 450L << 20;

  private TorchChecks() {}

  static Verdict cache(Subject subject) throws IOException {
    Path folder = Utils.getEngineCacheDir("pytorch");
    boolean unpacked = false;
    if (Files.isDirectory(folder)) {
      try (Stream<Path> versions = Files.list(folder)) {
        unpacked = versions.anyMatch(natives -> Files.exists(natives.resolve("libtorch.so")));
      }
    }
    return PlaceChecks.writable(
        subject,
        "DJL_CACHE_DIR",
        "file:" + folder,
        unpacked ? 0 : UNPACKED,
        "PyTorch is unpacked there: set DJL_CACHE_DIR to a folder with 450 MB free");
  }

  static Verdict offline() {
    return Utils.isOfflineMode()
        ? Verdict.ok("DJL asks no server")
        : Verdict.warning(
            "DJL may download natives from publish.djl.ai, or wait for it in vain",
            "set DJL_OFFLINE=true, unless it is meant to");
  }

  static Verdict engine(Subject subject) throws IOException {
    try {
      return engine(subject, EngineReport.take());
    } catch (IllegalStateException e) {
      return !subject.isLocal() && subject.gpus() > 0
          ? Verdict.warning(
              e.getMessage(), "the driver needs none: --cluster asks the executors for theirs")
          : Verdict.problem(
              e.getMessage(),
              "PYTORCH_LIBRARY_PATH is '%s': it must name natives of PyTorch %s, or be unset"
                  .formatted(
                      subject.variable("PYTORCH_LIBRARY_PATH", ""), BuiltFor.version("pytorch")));
    }
  }

  static Verdict engine(Subject subject, EngineReport engine) throws IOException {
    String built = BuiltFor.version("pytorch");
    String found =
        "%s for %s in %s, bridge of DJL %s"
            .formatted(
                engine.version(),
                engine.cuda() ? "CUDA" : "the CPU",
                engine.folder(),
                engine.djl());
    String natives =
        "set PYTORCH_LIBRARY_PATH to the lib folder of a pip-installed torch %s with CUDA 12.8"
            .formatted(built);
    if (!engine.version().startsWith(built)) {
      return Verdict.problem(
          found, "this job is built for PyTorch %s: %s".formatted(built, natives));
    }
    if (engine.gpus() == 0 && GpuChecks.arePresent(subject)) {
      return engine.cuda()
          ? Verdict.problem(
              found + " finds no GPU, and there is one",
              "CUDA 12 needs a driver of 525 or newer, see nvidia-smi; CUDA_VISIBLE_DEVICES is '%s'"
                  .formatted(subject.variable("CUDA_VISIBLE_DEVICES", "")))
          : Verdict.problem(
              found + " on a machine with GPUs: it would train on the CPU without a word",
              natives
                  + " and leave the jar pytorch-native-cpu off the class path, as submit.sh does"
                  + " with --conf spark.executor.resource.gpu.amount=1");
    }
    boolean foreign =
        engine.bridge().stream()
            .anyMatch(file -> !file.getFileName().toString().startsWith(engine.djl() + "-"));
    return foreign
        ? Verdict.warning(
            "%s, which is %s and may be another's".formatted(found, engine.bridge().get()),
            "delete it: DJL then takes its own")
        : Verdict.ok(found);
  }

  static Verdict convolution() {
    try {
      if (!EngineReport.convolvesRightly()) {
        return Verdict.problem(
            "a 3x3 convolution of whole numbers is wrong", "PyTorch does not work on this machine");
      }
      return Verdict.ok(
          EngineReport.readsOldMemory()
              ? "right with channels last in memory; in another layout PyTorch's are wrong on this"
                  + " processor, and not used"
              : "right in any layout");
    } catch (IllegalStateException e) {
      return Verdict.warning("not tried, since PyTorch cannot be loaded", "see the line before");
    }
  }
}
