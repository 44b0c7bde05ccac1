package io.inverseform.job.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.LoggedLines;
import java.util.List;
import org.junit.jupiter.api.Test;

class StragglersTest {
  private final Stragglers stragglers = new Stragglers();

  private List<Straggler> after(int steps, double... compute) {
    List<Straggler> last = List.of();
    for (int i = 0; i < steps; i++) {
      last = stragglers.after(Steps.ranks(compute));
    }
    return last;
  }

  @Test
  void nobodyIsSlowBeforeThereAreEnoughSteps() {
    assertThat(after(Stragglers.WINDOW - 1, 1, 5)).isEmpty();
    assertThat(after(1, 1, 5)).containsExactly(new Straggler(1, "node1", 5));
  }

  @Test
  void oneOfTwoCanBeSlow() {
    assertThat(after(Stragglers.WINDOW, 2, 1)).containsExactly(new Straggler(0, "node0", 2));
  }

  @Test
  void aFewMillisecondsAreNothingToLookFor() {
    assertThat(after(Stragglers.WINDOW, 0.012, 0.018, 0.012)).isEmpty();
    assertThat(after(Stragglers.WINDOW, 0.012, 0.028, 0.012)).hasSize(1);
  }

  @Test
  void theSlowestComesFirst() {
    assertThat(after(Stragglers.WINDOW, 1, 1.5, 1, 3, 1))
        .containsExactly(new Straggler(3, "node3", 3), new Straggler(1, "node1", 1.5));
  }

  @Test
  void aFewSlowStepsMakeNoStraggler() {
    after(Stragglers.WINDOW, 1, 1, 1);
    assertThat(after(9, 1, 9, 1)).isEmpty();
  }

  @Test
  void aLittleSlowerIsNotSlowAndAlmostAsFastIsNoLonger() {
    assertThat(after(Stragglers.WINDOW, 1, 1.15, 1)).isEmpty();
    assertThat(after(Stragglers.WINDOW, 1, 1.25, 1)).hasSize(1);
    // Between the two limits it stays what it is.
    assertThat(after(Stragglers.WINDOW, 1, 1.15, 1)).hasSize(1);
    assertThat(after(Stragglers.WINDOW, 1, 1.05, 1)).isEmpty();
    assertThat(after(Stragglers.WINDOW, 1, 1.15, 1)).isEmpty();
  }

  @Test
  void aChangeIsLoggedOnce() {
    try (LoggedLines log = new LoggedLines(Stragglers.class)) {
      after(2 * Stragglers.WINDOW, 1, 1.5, 1);
      after(2 * Stragglers.WINDOW, 1, 1, 1);

      assertThat(log.lines())
          .containsExactly(
              "WARN rank 1 (node1) is slow: a step takes it 1.500 s without the exchange, the"
                  + " median rank 1.000 s (medians of 20 steps): see what else runs on that host",
              "INFO rank 1 (node1) is no longer slow");
    }
  }

  @Test
  void anotherAttemptBeginsAnew() {
    after(Stragglers.WINDOW, 1, 5);
    stragglers.clear();
    assertThat(after(Stragglers.WINDOW - 1, 1, 5)).isEmpty();
  }
}
