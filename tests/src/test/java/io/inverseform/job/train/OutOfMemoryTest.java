package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.JobConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutOfMemoryTest {
  private static final MemoryEstimate ESTIMATE =
      new MemoryEstimate(1 << 20, 2 << 20, 3 << 20, 4 << 20, 5L << 30);

  private final JobConfig config =
      ConfigLoader.loadDemo(List.of("train.batch=7", "augment.crop_width=320"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory"
      })
  void whatToLowerIsSaidWithTheValuesThatAre(String message) {
    RuntimeException failure = new IllegalStateException("step", new RuntimeException(message));
    assertThatThrownBy(() -> OutOfMemory.explain(failure, "gpu(0)", config, ESTIMATE))
        .isInstanceOf(UnrecoverableException.class)
        .hasMessageContaining("out of memory on gpu(0)")
        .hasMessageContaining("5130 MB {parameters=1, gradients=2, optimizer=3, frozen=4")
        .hasMessageContaining("lower train.batch (7) or augment.crop_height and crop_width (")
        .hasMessageContaining(", 320)")
        .hasMessageContaining("model.recompute: [2, 3, 4]")
        .hasCause(failure);
  }

  @Test
  void otherFailuresStayThemselves() {
    assertThatCode(
            () -> OutOfMemory.explain(new IllegalStateException("no"), "cpu()", config, ESTIMATE))
        .doesNotThrowAnyException();
  }
}
