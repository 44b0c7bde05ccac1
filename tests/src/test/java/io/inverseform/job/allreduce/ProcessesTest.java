package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
class ProcessesTest {
  private static final int FLOATS = 3_000_001;
  private static final int STEPS = 5;

  @Test
  void workersInProcessesOfTheirOwnEndWithTheSameBitsAsOnThreads() throws Exception {
    String expected = WorkerProcess.checksum(Gradients.expected(2, 0, STEPS, FLOATS, -1));
    try (Workers workers = new Workers(2)) {
      List<WorkerProcess> processes = new ArrayList<>();
      for (int partition = 0; partition < 2; partition++) {
        processes.add(
            WorkerProcess.start(
                workers.coordinator.address(), Workers.ATTEMPT, partition, FLOATS, STEPS));
      }
      for (WorkerProcess process : processes) {
        assertThat(process.result()).isEqualTo(expected);
      }
      assertThat(workers.coordinator.failure()).isEmpty();
    }
  }

  @Test
  void aKilledProcessIsTheRootCauseAndItsPeerEndsAtOnce() throws Exception {
    try (Workers workers = new Workers(2)) {
      WorkerProcess killed =
          WorkerProcess.start(
              workers.coordinator.address(), Workers.ATTEMPT, 1, 640, 1_000_000_000);
      Future<Void> survivor =
          workers.run(
              () ->
                  Workers.work(
                      workers.settings(0),
                      640,
                      0,
                      (client, exchange, memory) -> {
                        for (long step = 0; ; step++) {
                          if (step == 50) {
                            killed.kill();
                          }
                          exchange.reduceScatter(new FloatRange(0, 640));
                          exchange.sum(new double[1]);
                          exchange.allGather(step, (range, gradient, offset) -> {});
                          client.progress(step, "");
                        }
                      }));
      assertThat(Workers.failure(survivor))
          .isInstanceOf(PeerFailedException.class)
          .hasMessageContaining("rank 1 (localhost:");
      workers.awaitFailureOfRank(1);
      assertThat(workers.coordinator.failure().orElseThrow().toString())
          .contains("rank 1 (localhost:")
          .contains("its connection to the driver was closed: the executor ended or was cut off");
    }
  }
}
