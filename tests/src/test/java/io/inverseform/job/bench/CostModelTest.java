package io.inverseform.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.inverseform.job.bench.CostModel.Cost;
import io.inverseform.job.bench.CostModel.Nccl;
import io.inverseform.job.bench.CostModel.Step;
import io.inverseform.job.bench.CostModel.Worker;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Against figures made by hand: 100 M parameters at round speeds. */
class CostModelTest {
  private static final Offset<Double> EXACT = within(1e-12);
  private static final double LINE = 4e9;
  private static final double TRIP = 1e-4;

  /**
   * 1 GB/s a connection, 2 threads, 10 µs a frame; 10 GB/s added, 5 encoded, 8 decoded; 1 ns an
   * update, 4 GB/s copied.
   */
  private static Worker worker(int perHost) {
    return new Worker(1e9, 2, 1e-5, 10e9, 5e9, 8e9, 1e-9, 4e9, perHost);
  }

  private static CostModel model(int wireBytes, double hidden, int perHost) {
    return new CostModel(
        new Step(100_000_000, wireBytes, 10, 5000, 1, hidden),
        worker(perHost),
        new Nccl(200e9, 30e-6));
  }

  @Test
  void aWorkerAloneOnlyComputes() {
    assertThat(model(4, 0, 1).at(1, LINE, TRIP)).isEqualTo(new Cost(1, 0, 0, 0, 0, 0, 0, 1));
  }

  @Test
  void twoWorkersExchangeHalfOfTheModelTwice() {
    Cost cost = model(4, 0, 1).at(2, LINE, TRIP);
    assertThat(cost.bytes()).isEqualTo(400e6, EXACT);
    // One peer is one connection, on one thread.
    assertThat(cost.network()).isEqualTo(0.4, EXACT);
    // Half of 400 MB added, 50 M parameters updated.
    assertThat(cost.arithmetic()).isEqualTo(0.02 + 0.05, EXACT);
    assertThat(cost.copies()).isEqualTo(0.2, EXACT);
    // 50 M parameters are 48 frames, out and back.
    assertThat(cost.frames()).isEqualTo(96 * 1e-5, EXACT);
    assertThat(cost.norms()).isEqualTo(10 * 1e-4, EXACT);
    assertThat(cost.efficiency()).isEqualTo(1 / (1 + 0.4 + 0.07 + 0.2 + 0.00096 + 0.001), EXACT);
  }

  @Test
  void fourWorkersKeepBothThreadsBusyAndEachRoundHasMoreFrames() {
    Cost cost = model(4, 0, 1).at(4, LINE, TRIP);
    assertThat(cost.bytes()).isEqualTo(600e6, EXACT);
    assertThat(cost.network()).isEqualTo(0.3, EXACT);
    assertThat(cost.arithmetic()).isEqualTo(0.03 + 0.025, EXACT);
    assertThat(cost.frames()).isEqualTo(2 * 3 * 24 * 1e-5 / 2, EXACT);
    assertThat(cost.norms()).isEqualTo(10 * (1e-4 + 2 * 1e-5 / 2), EXACT);
  }

  @Test
  void aSlowLineBoundsWhatLeavesTheHost() {
    assertThat(model(4, 0, 1).at(2, 0.5e9, TRIP).network()).isEqualTo(0.8, EXACT);
    // Two workers of four a host: each sends 200 MB to each of the other host's two.
    assertThat(model(4, 0, 2).at(4, 0.5e9, TRIP).network()).isEqualTo(800e6 / 0.5e9, EXACT);
    assertThat(model(4, 0, 4).at(4, 1, TRIP).network()).isEqualTo(0.3, EXACT);
    // Of a round's two further frames a worker, 2 x 2/3 x 2 leave the host: 5 kB each.
    assertThat(model(4, 0, 2).at(4, 1e6, TRIP).norms())
        .isEqualTo(10 * (1e-4 + 8 / 3.0 * 0.005), EXACT);
  }

  @Test
  void bfloat16HalvesBytesAndCostsArithmetic() {
    Cost cost = model(2, 0, 1).at(2, LINE, TRIP);
    assertThat(cost.bytes()).isEqualTo(200e6, EXACT);
    assertThat(cost.network()).isEqualTo(0.2, EXACT);
    assertThat(cost.arithmetic()).isEqualTo(0.04 + 0.05 + 0.05, EXACT);
  }

  @Test
  void whatIsHiddenCostsNothing() {
    assertThat(model(4, 1, 1).at(2, LINE, TRIP).efficiency()).isEqualTo(1 / 1.001, EXACT);
    Cost half = model(4, 0.5, 1).at(2, LINE, TRIP);
    assertThat(half.efficiency()).isEqualTo(1 / (1 + half.exchange() / 2 + 0.001), EXACT);
  }

  @Test
  void ncclOfOneHostIsBeatenByMoreWorkersOrNotAtAll() {
    CostModel model = model(4, 0, 1);
    // 1.75 x 400 MB at 200 GB/s, and ten rounds of 30 µs.
    assertThat(model.ncclSpeedUp()).isEqualTo(8 / (1 + 0.0035 + 0.0003), EXACT);
    int beyond = model.workersBeyondNccl(LINE, TRIP, 256).orElseThrow();
    assertThat(model.at(beyond, LINE, TRIP).speedUp()).isGreaterThan(model.ncclSpeedUp());
    assertThat(model.at(beyond - 1, LINE, TRIP).speedUp()).isLessThan(model.ncclSpeedUp());
    assertThat(model.workersBeyondNccl(LINE, TRIP, 8)).isEmpty();
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Step(100, 4, 0, 0, 1, 1.5))
        .withMessage("hidden must be from 0 to 1, is 1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(4, 0, 1).at(2, 0, TRIP))
        .withMessage("line must be more than 0 bytes/s, is 0");
  }
}
