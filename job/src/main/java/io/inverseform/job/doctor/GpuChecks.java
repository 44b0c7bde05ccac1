package io.inverseform.job.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.train.GpuTasks;
import io.inverseform.job.train.Preflight;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The GPUs that there are, and those that Spark hands out. */
final class GpuChecks {
  private static final int SECONDS = 20;

  private GpuChecks() {}

  static Verdict seen(Subject subject) throws IOException, InterruptedException {
    Optional<Path> tool = tool(subject);
    if (tool.isEmpty()) {
      return isDevice()
          ? Verdict.warning(
              "/dev/nvidia0 is there, nvidia-smi is not on the PATH", "install NVIDIA's tools")
          : Verdict.ok("none: no nvidia-smi on the PATH, no /dev/nvidia0");
    }
    try {
      List<String> gpus = list(tool.get());
      return Verdict.ok(gpus.isEmpty() ? "none, says nvidia-smi" : String.join("; ", gpus));
    } catch (IOException e) {
      return Verdict.problem(e.getMessage(), "put NVIDIA's driver right");
    }
  }

  /** Whether this machine has a GPU of NVIDIA's, as far as anything tells. */
  static boolean arePresent(Subject subject) {
    return isDevice() || count(subject) > 0;
  }

  private static int count(Subject subject) {
    try {
      Optional<Path> tool = tool(subject);
      return tool.isEmpty() ? 0 : list(tool.get()).size();
    } catch (IOException e) {
      // The check of the GPUs says why.
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static boolean isDevice() {
    return Files.exists(Path.of("/dev/nvidia0"));
  }

  private static Optional<Path> tool(Subject subject) {
    return Arrays.stream(subject.variable("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "nvidia-smi"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static List<String> list(Path tool) throws IOException, InterruptedException {
    return output(
            tool.toString(),
            "--query-gpu=index,name,memory.total,driver_version",
            "--format=csv,noheader")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** What Spark would give to workers, against what there is. */
  static Verdict offered(Subject subject) throws IOException, InterruptedException {
    int asked = subject.gpus();
    int seen = count(subject);
    if (asked == 0) {
      return seen == 0
          ? Verdict.ok("none asked for")
          : Verdict.warning(
              "%d here, none asked for: workers train on the CPU".formatted(seen),
              "submit to a cluster with --conf %s=1".formatted(GpuTasks.AMOUNT));
    }
    if (Preflight.isOneProcess(subject.master())) {
      return Verdict.problem(
          "%s=%d, but --master %s gives tasks no GPU"
              .formatted(GpuTasks.AMOUNT, asked, subject.master()),
          "start a standalone cluster of Spark's on this machine and submit to that");
    }
    String script = subject.spark().get("spark.executor.resource.gpu.discoveryScript", "");
    if (script.isEmpty()) {
      return subject.master().startsWith("spark://") || subject.isLocal()
          ? Verdict.ok("%d an executor, which the cluster's workers find".formatted(asked))
          : Verdict.problem(
              "%s=%d without a discovery script".formatted(GpuTasks.AMOUNT, asked),
              "set spark.executor.resource.gpu.discoveryScript, such as to"
                  + " configs/gpu-discovery.sh");
    }
    return discovered(script, asked, seen);
  }

  private static Verdict discovered(String script, int asked, int seen)
      throws IOException, InterruptedException {
    if (!Files.isExecutable(Path.of(script))) {
      return Verdict.warning(
          "the discovery script %s cannot be run on this machine".formatted(script),
          "it must be on every executor's: --cluster tries");
    }
    if (seen == 0) {
      return Verdict.ok("%d an executor, by %s; this machine has none".formatted(asked, script));
    }
    JsonNode addresses = new ObjectMapper().readTree(output(script)).path("addresses");
    String found =
        "%d an executor; %s finds %d: %s, nvidia-smi %d"
            .formatted(asked, script, addresses.size(), addresses, seen);
    return addresses.size() == seen && asked <= seen
        ? Verdict.ok(found)
        : Verdict.problem(found, "put the script or %s right".formatted(GpuTasks.AMOUNT));
  }

  /** What a program prints that must end soon and well. */
  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("%s does not end within %d s".formatted(command[0], SECONDS));
      }
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s failed with exit code %d: %s".formatted(command[0], process.exitValue(), text));
      }
      return text;
    } finally {
      process.destroyForcibly();
    }
  }
}
