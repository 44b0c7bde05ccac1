package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that tells Spark of GPUs, with an nvidia-smi of the test's. */
class GpuDiscoveryTest {
  private static final String FOUR = "printf '0\\n1\\n2\\n3\\n'";

  @TempDir private Path folder;

  private record Result(int exitCode, String out, String err) {}

  /**
   * Runs the script.
   *
   * @param tool what nvidia-smi does; null for none
   * @param visible CUDA_VISIBLE_DEVICES; null for none
   */
  private Result run(String tool, String visible) throws Exception {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    if (tool != null) {
      Path file = Files.writeString(tools.resolve("nvidia-smi"), "#!/bin/sh\n" + tool + "\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(SubmitScript.ROOT.resolve("configs/gpu-discovery.sh").toString())
            .redirectError(err.toFile());
    for (String needed : new String[] {"bash", "grep", "seq", "uname"}) {
      Path link = tools.resolve(needed);
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, Path.of("/usr/bin", needed));
      }
    }
    builder.environment().put("PATH", tools.toString());
    builder.environment().remove("CUDA_VISIBLE_DEVICES");
    if (visible != null) {
      builder.environment().put("CUDA_VISIBLE_DEVICES", visible);
    }
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), out, Files.readString(err));
  }

  @Test
  void everyGpuHasAnAddress() throws Exception {
    assertThat(run(FOUR, null).out())
        .isEqualTo("{\"name\":\"gpu\",\"addresses\":[\"0\",\"1\",\"2\",\"3\"]}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2,3 | \"0\",\"1\"",
        "3,9,1 | \"0\"",
        "GPU-8932f937-d72c,0 | \"0\",\"1\"",
        "0,1,2,3 | \"0\",\"1\",\"2\",\"3\""
      })
  void addressesCountWhatCudaShows(String visible, String addresses) throws Exception {
    assertThat(run(FOUR, visible).out())
        .isEqualTo("{\"name\":\"gpu\",\"addresses\":[" + addresses + "]}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "NONE",
      value = {
        "NONE | NONE | nvidia-smi is not on the PATH: install NVIDIA's driver",
        "echo 'driver/library version mismatch'; exit 18 | NONE | nvidia-smi fails: driver/library version",
        "echo 'No devices were found' | NONE | nvidia-smi finds no GPU: No devices were found",
        "echo 0 | -1 | CUDA_VISIBLE_DEVICES='-1' shows none of 1 GPUs",
        "echo 0 | '' | CUDA_VISIBLE_DEVICES='' shows none of 1 GPUs"
      })
  void whereThereIsNoneTheReasonIsTold(String tool, String visible, String reason)
      throws Exception {
    Result result = run(tool, visible);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).matches("(?s)gpu-discovery\\.sh on \\S+: .*").contains(reason);
  }
}
