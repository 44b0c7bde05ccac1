package io.inverseform.job.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.ModelConfig.NormConfig.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigFilesInRepositoryTest {
  private static final Path CONFIGS = Path.of("..", "configs");

  static List<Path> experiments() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  static List<Path> fragments() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS.resolve("_base_"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void everyExperimentIsLegalAndItsNameSaysWhatItIs(Path file) {
    JobConfig config = ConfigLoader.load(file, List.of());
    String name = file.getFileName().toString().replace(".yaml", "");
    assertThat(config.run()).isEqualTo("runs/" + name);
    if (!name.equals("demo")) {
      assertThat(name)
          .contains("_%dx%d_".formatted(config.train().workers(), config.train().batch()))
          .endsWith(
              "_%dx%d".formatted(config.augment().cropHeight(), config.augment().cropWidth()));
      assertThat(config.data().source()).endsWith(name.split("_")[5]);
      assertThat(config.model().norm().type())
          .isEqualTo(name.contains("cityscapes") ? Type.SYNC_BATCH : Type.BATCH);
    }
  }

  /** A fragment over a complete configuration shows unknown keys and illegal values. */
  @ParameterizedTest
  @MethodSource("fragments")
  void everyFragmentIsLegal(Path file) throws IOException {
    Path top = Files.createTempFile("fragment", ".yaml");
    Path demo = CONFIGS.resolve("demo.yaml").toAbsolutePath();
    Files.writeString(top, "_base_: ['%s', '%s']".formatted(demo, file.toAbsolutePath()));
    try {
      assertThat(ConfigLoader.load(top, List.of())).isNotNull();
    } finally {
      Files.delete(top);
    }
  }

  @Test
  void theEmbeddedDemoIsTheFile() {
    assertThat(ConfigLoader.loadDemo(List.of()))
        .isEqualTo(ConfigLoader.load(CONFIGS.resolve("demo.yaml"), List.of()));
  }
}
