package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CellProcessesTest {
  /** A cell's process that never ends. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] args) throws InterruptedException {
      new CountDownLatch(1).await();
    }
  }

  @Test
  void aCellThatDoesNotEndIsEndedAndTold() {
    List<String> results = new CopyOnWriteArrayList<>();
    List<String> told = new CopyOnWriteArrayList<>();

    int failed =
        new CellProcesses(1, Endless.class.getName(), List.of(), Duration.ofSeconds(1))
            .run(
                List.of("small"),
                (cell, printed) -> results.add(printed),
                (cell, what) -> told.add(cell + " " + what));

    assertThat(failed).isEqualTo(1);
    assertThat(results).isEmpty();
    assertThat(told)
        .containsExactly(
            "small begins",
            "small failed: it has not ended within 1 s and is ended: see what else keeps this"
                + " machine busy");
  }
}
