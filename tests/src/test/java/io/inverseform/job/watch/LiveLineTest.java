package io.inverseform.job.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveLineTest {
  private final LiveLine line = new LiveLine(3, 100);

  @Test
  void anOrdinaryStepNamesNobody() {
    assertThat(line.status(Steps.step(7, Map.of(), List.of(), 1, 1.1)))
        .isEqualTo("epoch 1/3  step 7  loss 2.5000");
  }

  @Test
  void waitingForDataIsToldWhereItIsWorthAWord() {
    for (double waited : new double[] {0.1, 0.1, 0.4}) {
      Timings timings = new Timings(waited, 1 - waited, 0, 0, 0, 0, 0);
      Timings others = new Timings(0, 2, 0, 0, 0, 0, 0);
      List<Step.Rank> ranks =
          List.of(new Step.Rank(0, "node0", others), new Step.Rank(1, "node1", timings));
      line.onStep(new Step(7, 1, 4, 0.1, 2.5, Map.of(), false, null, Map.of(), ranks, List.of()));
    }
    assertThat(line.status(Steps.step(8, Map.of(), List.of(), 1, 1.1)))
        .isEqualTo("epoch 1/3  step 8  loss 2.5000  waits for data 20 %");
  }

  @Test
  void theSlowestOfTheStragglersIsNamed() {
    List<Straggler> slow =
        List.of(new Straggler(3, "node3", 1.4321), new Straggler(1, "node1", 1.25));
    line.onStep(Steps.step(6, Map.of("mean_iou", 0.25), List.of(), 1, 1, 1, 1));

    assertThat(line.status(Steps.step(7, Map.of(), slow, 1, 1.25, 1, 1.4321)))
        .isEqualTo("epoch 1/3  step 7  loss 2.5000  mean_iou 0.250  slowest rank 3 (node3) 1.4x");
  }
}
