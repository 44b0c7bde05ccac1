package io.inverseform.job.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import io.inverseform.job.config.StepRange;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepClockTest {
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private StepClock clock;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    FileSystem local = FileSystem.getLocal(new Configuration());
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(folder.toUri());
    Trace off = new Trace(StepRange.NONE, 0, "here", local, file);
    clock = new StepClock(sent::get, received::get, off);
  }

  private static void work(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void thePhasesOfAStepAddUpToIt() {
    long start = System.nanoTime();
    clock.begin(1);
    work(5);
    clock.enter(Phase.FORWARD);
    work(10);
    clock.within(Phase.EXCHANGE, () -> work(15));
    clock.enter(Phase.BACKWARD);
    work(20);
    clock.enter(Phase.EXCHANGE);
    clock.within(Phase.UPDATE, () -> work(25));
    Timings timings = clock.end();
    double seconds = (System.nanoTime() - start) / 1e9;

    assertThat(timings.seconds()).isBetween(0.075, seconds);
    assertThat(timings.data()).isBetween(0.005, seconds - 0.070);
    assertThat(timings.forward()).isBetween(0.010, seconds - 0.065);
    assertThat(timings.backward()).isBetween(0.020, seconds - 0.055);
    assertThat(timings.exchange()).isBetween(0.015, seconds - 0.060);
    assertThat(timings.update()).isBetween(0.025, seconds - 0.050);
    assertThat(timings.compute()).isCloseTo(timings.seconds() - timings.exchange(), within(1e-9));
  }

  @Test
  void whatOtherThreadsDoIsHidden() throws Exception {
    clock.begin(1);
    clock.enter(Phase.BACKWARD);
    Thread other = new Thread(() -> clock.within(Phase.EXCHANGE, () -> work(10)));
    other.start();
    other.join();
    Timings timings = clock.end();

    assertThat(timings.exchange()).isZero();
    assertThat(timings.backward()).isGreaterThan(0.010);
  }

  @Test
  void betweenStepsNothingCounts() {
    clock.begin(1);
    clock.end();
    String result = clock.within(Phase.EXCHANGE, () -> "sum");
    work(5);
    long start = System.nanoTime();
    clock.begin(2);
    Timings timings = clock.end();
    double seconds = (System.nanoTime() - start) / 1e9;

    assertThat(result).isEqualTo("sum");
    assertThat(timings.seconds()).isLessThanOrEqualTo(seconds + 1e-9);
    assertThat(timings.exchange()).isZero();
  }

  @Test
  void everyByteIsOfOneStep() {
    sent.set(5);
    clock.begin(1);
    sent.set(7);
    received.set(11);
    assertThat(clock.end().sentBytes()).isEqualTo(7);
    received.set(20);
    clock.begin(2);
    sent.set(10);

    Timings second = clock.end();

    assertThat(second.sentBytes()).isEqualTo(3);
    assertThat(second.receivedBytes()).isEqualTo(9);
  }

  @Test
  void aPhaseThatFailsIsLeft() {
    clock.begin(1);
    assertThat(
            catchThrowable(
                () ->
                    clock.within(
                        Phase.EXCHANGE,
                        () -> {
                          throw new IllegalStateException("cut off");
                        })))
        .hasMessage("cut off");
    work(5);
    assertThat(clock.end().data()).isGreaterThan(0.005);
  }
}
