package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchTest {
  @TempDir private Path folder;

  @Test
  void threadsWhoseClassLoaderSeesNothingStartTheEngine() throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                EngineStartProbe.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("the process ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(out, StandardCharsets.UTF_8)).contains("sums [3.0, 3.0]");
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void aStartThatHangsIsNotWaitedForLongerThanTheLimit() {
    assertThatThrownBy(() -> Torch.await(new CompletableFuture<>(), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "DJL's PyTorch engine has not started within 1 s\\. It unpacks PyTorch into"
                + " DJL_CACHE_DIR \\(.+\\), and downloads what is not on the class path unless"
                + " DJL_OFFLINE is true \\(.+\\): see whether that folder's disk hangs, and whether"
                + " this host reaches the network");
  }

  @Test
  void whoIsToldToStopDoesNotWaitForTheStart() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Torch.await(new CompletableFuture<>(), Duration.ofMinutes(1)))
        .hasMessage("told to stop while DJL's PyTorch engine was starting");
    assertThat(Thread.interrupted()).as("stays interrupted").isTrue();
  }

  @Test
  void theNumberOfThreadsIsTheOneAskedFor() {
    Torch.start(1);
    assertThat(ai.djl.pytorch.jni.JniUtils.getNumThreads()).isEqualTo(1);
    assertThat(Torch.version()).startsWith("2.7.1");
  }
}
