package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.SubmitScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
  @BeforeAll
  static void start() {
    Torch.start(1);
  }

  @ParameterizedTest
  @CsvSource({"cpu, true", "cpu0, false", "cpu7, false"})
  void onlyTheCpuUnderANumberHasMemoryThatIsTreatedAsItsOwn(String name, boolean shared) {
    try (NDManager manager = Torch.manager(Devices.named(name))) {
      assertThat(Devices.sharesMemory(manager)).isEqualTo(shared);
      assertThat(Devices.isOnCpu(manager.ones(new Shape(2)))).isTrue();
      assertThat(Devices.usedMegabytes(manager.getDevice())).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu", "cuda1", "cpu-1", "cpu 0", "CPU"})
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> Devices.named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device must be cpu, cuda, or cpu0 for the CPU as though it were a GPU, is " + name);
  }

  @Test
  void aTaskComputesOnTheFirstOfItsGpusAndOnTheCpuIfItHasNone() {
    assertThat(Devices.ofTask(List.of())).isSameAs(Device.cpu());
    assertThat(Devices.ofTask(List.of("cpu3", "0"))).isSameAs(Devices.named("cpu0"));
  }

  @Test
  void aGpuIsRefusedWherePyTorchIsBuiltForTheCpu() {
    assumeThat(EngineReport.hasCuda()).isFalse();
    assertThatThrownBy(() -> Devices.ofTask(List.of("1", "cpu0")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "Spark gave this task GPU 1, but PyTorch \\S+ in /\\S+ is built for the CPU\\. Leave the"
                + " jar .*; or ask for no GPUs");
    assertThatThrownBy(() -> Devices.named("cuda"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "asked for GPU 0, but PyTorch \\S+ in /\\S+ is built for the CPU\\. .*");
    assertThat(Devices.best()).isEqualTo(Device.cpu());
  }

  @Test
  void noOtherClassAsksWhatADeviceIs() throws IOException {
    Pattern questions = Pattern.compile("isGpu\\(|Device\\.gpu\\(|CudaUtils|getGpuCount");
    try (Stream<Path> sources = Files.walk(SubmitScript.ROOT.resolve("job/src/main/java"))) {
      assertThat(sources.filter(Files::isRegularFile).filter(file -> finds(questions, file)))
          .extracting(file -> file.getFileName().toString())
          .containsExactly("Devices.java");
    }
  }

  private static boolean finds(Pattern pattern, Path file) {
    try {
      return pattern.matcher(Files.readString(file)).find();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
