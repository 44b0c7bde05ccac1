package io.inverseform.job.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();

  private ProgressLine line(boolean terminal) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new ProgressLine("copy", "images", 200, out, terminal, clock::get);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void showsRateAndTimeLeft() {
    ProgressLine line = line(true);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(5));
    line.advance(50);
    assertThat(shown()).isEqualTo("\rcopy  50/200 images   25 %  10.0 images/s  0:15 left");
  }

  @Test
  void showsTheWholeTimeAtTheEnd() {
    try (ProgressLine line = line(false)) {
      clock.addAndGet(TimeUnit.SECONDS.toNanos(4000));
      line.advance(199);
      line.advance(1);
    }
    assertThat(shown())
        .endsWith("copy  200/200 images  100 %  0.1 images/s  in 1:06:40" + System.lineSeparator());
  }

  @Test
  void whereNothingIsLeftToDoAllIsDone() {
    ByteArrayOutputStream none = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(none, true, StandardCharsets.UTF_8);
    new ProgressLine("copy", "images", 0, out, false, clock::get).close();
    assertThat(none.toString(StandardCharsets.UTF_8))
        .startsWith("copy  0/0 images  100 %  0.0 images/s  in 0:00");
  }

  @Test
  void aTerminalLineIsWipedBeforeAShorterOne() {
    ProgressLine line = line(true);
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    line.advance(1);
    int longer = shown().length();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(9));
    line.advance(199);
    assertThat(shown().substring(longer)).startsWith("\r").hasSizeGreaterThanOrEqualTo(longer);
  }

  @Test
  void aLogFileGetsALineEveryTenSecondsOnly() {
    ProgressLine line = line(false);
    for (int second = 0; second < 30; second++) {
      clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      line.advance(1);
    }
    assertThat(shown().lines()).hasSize(3);
  }
}
