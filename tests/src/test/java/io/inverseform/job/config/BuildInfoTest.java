package io.inverseform.job.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildInfoTest {
  @Test
  void tellsVersionAndCommit() {
    BuildInfo build = BuildInfo.current();
    assertThat(build.version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    assertThat(build.commit()).matches("[0-9a-f]{12}|unknown");
    assertThat(build.toString())
        .startsWith(
            "InverseForm %s, commit %s, %s"
                .formatted(build.version(), build.commit(), build.jar()));
  }
}
