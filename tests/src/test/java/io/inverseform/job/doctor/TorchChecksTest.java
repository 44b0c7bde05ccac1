package io.inverseform.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.inverseform.job.doctor.Finding.Status;
import io.inverseform.job.torch.EngineReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchChecksTest {
  private static final String CUDA = "2.7.1 for CUDA in /opt/torch/lib, bridge of DJL 0.35.1";

  private static EngineReport cuda(String version, String bridge) {
    return new EngineReport(
        version, "0.35.1", Path.of("/opt/torch/lib"), Optional.of(Path.of(bridge)), true, 0);
  }

  private static Subject machineWithGpu(Path folder) throws Exception {
    return Subjects.of(
        "local[2]",
        Subjects.nvidiaSmi(folder, "echo '0, NVIDIA H100, 81559 MiB, 535.183.01'"),
        List.of());
  }

  @Test
  void theEngineOfThisProcessIsFoundOut() throws Exception {
    assumeThat(Path.of("/dev/nvidia0")).as("a machine without a GPU").doesNotExist();
    EngineReport engine = EngineReport.take();
    assertThat(engine.folder()).isDirectoryContaining("glob:**/libtorch*");
    assertThat(engine.djl()).isEqualTo(BuiltFor.version("djl"));
    assertThat(engine.bridge().stream()).allMatch(Files::isRegularFile);
    Verdict verdict = TorchChecks.engine(Subjects.on("local[2]"));
    assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.OK);
    assertThat(verdict.detail())
        .isEqualTo("2.7.1 for the CPU in %s, bridge of DJL 0.35.1".formatted(engine.folder()));
  }

  @Test
  void nativesForTheCpuOnAMachineWithAGpuAreAProblem(@TempDir Path folder) throws Exception {
    Verdict verdict = TorchChecks.engine(machineWithGpu(folder));
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.detail())
        .endsWith(" on a machine with GPUs: it would train on the CPU without a word");
    assertThat(verdict.remedy())
        .isEqualTo(
            "set PYTORCH_LIBRARY_PATH to the lib folder of a pip-installed torch 2.7.1 with CUDA"
                + " 12.8 and leave the jar pytorch-native-cpu off the class path, as submit.sh does"
                + " with --conf spark.executor.resource.gpu.amount=1");
  }

  @Test
  void aCudaThatFindsNoGpuIsAProblemWhereThereIsOne(@TempDir Path folder) throws Exception {
    assumeThat(Path.of("/dev/nvidia0")).as("a machine without a GPU").doesNotExist();
    EngineReport engine = cuda("2.7.1", "/cache/0.35.1-libdjl_torch.so");
    assertThat(TorchChecks.engine(machineWithGpu(folder), engine))
        .isEqualTo(
            Verdict.problem(
                CUDA + " finds no GPU, and there is one",
                "CUDA 12 needs a driver of 525 or newer, see nvidia-smi; CUDA_VISIBLE_DEVICES is"
                    + " ''"));
    Subjects.assertOk(TorchChecks.engine(Subjects.on("local[2]"), engine), CUDA);
  }

  @Test
  void anotherPyTorchIsAProblem() throws Exception {
    Verdict verdict =
        TorchChecks.engine(Subjects.on("local[2]"), cuda("2.6.0", "/cache/0.35.1-libdjl_torch.so"));
    assertThat(verdict.status()).isEqualTo(Status.PROBLEM);
    assertThat(verdict.remedy())
        .startsWith("this job is built for PyTorch 2.7.1: set PYTORCH_LIBRARY_PATH to ");
  }

  @Test
  void aBridgeThatLiesWithPyTorchIsWarnedOf() throws Exception {
    assumeThat(Path.of("/dev/nvidia0")).as("a machine without a GPU").doesNotExist();
    assertThat(
            TorchChecks.engine(
                Subjects.of("local[2]", Map.of(), List.of()),
                cuda("2.7.1", "/opt/torch/lib/libdjl_torch.so")))
        .isEqualTo(
            Verdict.warning(
                CUDA + ", which is /opt/torch/lib/libdjl_torch.so and may be another's",
                "delete it: DJL then takes its own"));
  }

  @Test
  void convolutionsAreRight() {
    Verdict verdict = TorchChecks.convolution();
    assertThat(verdict.status()).isEqualTo(Status.OK);
    assertThat(verdict.detail()).startsWith("right");
  }

  @Test
  void theCacheCanBeWrittenTo() throws Exception {
    Verdict verdict = TorchChecks.cache(Subjects.on("local[2]"));
    assertThat(verdict.status()).as(verdict.toString()).isEqualTo(Status.OK);
    assertThat(verdict.detail()).contains("/pytorch, ").endsWith(" free");
  }

  @Test
  void theTestsAreOffline() {
    Subjects.assertOk(TorchChecks.offline(), "DJL asks no server");
  }
}
