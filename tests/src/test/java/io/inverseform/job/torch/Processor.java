package io.inverseform.job.torch;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor lets PyTorch do. */
public final class Processor {
  private Processor() {}

  /** Skips a test, with the reason, where PyTorch's convolutions are wrong. */
  public static void assumeRightConvolutions() throws IOException {
    Path processors = Path.of("/proc/cpuinfo");
    assumeFalse(
        Files.exists(processors) && Files.readString(processors).contains("avx512_vp2intersect"),
        "PyTorch 2.7.1 computes wrong convolutions on this processor (AMD's with"
            + " avx512_vp2intersect) where the number of input channels is no multiple of its"
            + " vector width");
  }
}
