package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.LocalParameterServer;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.inverseform.job.JavaCommand;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Running;
import io.inverseform.job.allreduce.Address;
import io.inverseform.job.allreduce.Coordinator;
import io.inverseform.job.allreduce.CoordinatorListener;
import io.inverseform.job.allreduce.CoordinatorSettings;
import io.inverseform.job.allreduce.Listen;
import io.inverseform.job.allreduce.LocalExchange;
import io.inverseform.job.allreduce.WorkerFailure;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardedParameterServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** What each worker printed, in a process of its own. */
  private List<String> workers(int world, boolean norm) throws Exception {
    CoordinatorSettings settings =
        new CoordinatorSettings(
            DjlLoop.conf(),
            DjlLoop.security(),
            Listen.on("localhost"),
            DjlLoop.ATTEMPT,
            world,
            LIMIT,
            LIMIT);
    List<Running> processes = new ArrayList<>();
    try (Coordinator coordinator = Coordinator.start(settings, new Silent())) {
      for (int partition = 0; partition < world; partition++) {
        Path logs = Files.createDirectories(folder.resolve("worker-" + partition));
        processes.add(start(coordinator, partition, world, norm, logs));
      }
      List<String> printed = new ArrayList<>();
      for (Running process : processes) {
        SubmitScript.Result result = process.end();
        assertThat(result.exitCode()).as("%s%n%s", coordinator.failure(), result.err()).isZero();
        printed.add(result.out());
      }
      return printed;
    } finally {
      processes.forEach(Running::close);
    }
  }

  private static Running start(
      Coordinator coordinator, int partition, int world, boolean norm, Path logs)
      throws IOException {
    Address address = coordinator.address();
    List<String> command =
        JavaCommand.of(
            DjlLoop.class, List.of(), address.host(), address.port(), partition, world, norm);
    return Running.start(new ProcessBuilder(command), logs);
  }

  private static final class Silent implements CoordinatorListener {
    @Override
    public void onProgress(int rank, long step, String payload) {}

    @Override
    public void onFailure(WorkerFailure failure) {}
  }

  private static double[] numbers(String printed) {
    return Arrays.stream(printed.split("[\\[\\], \n]+"))
        .filter(number -> !number.isEmpty())
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @Test
  @Tag("cluster")
  void workersWithPartsOfABatchTrainAsDjlDoesWithAllOfIt() throws Exception {
    List<String> printed = workers(2, false);
    LocalParameterServer local =
        new LocalParameterServer(
            Optimizer.sgd()
                .setLearningRateTracker(Tracker.fixed((float) DjlLoop.SGD.learningRate()))
                .optMomentum((float) ((OptimizerConfig.Sgd) DjlLoop.SGD.rule()).momentum())
                .optWeightDecays((float) DjlLoop.SGD.weightDecay())
                .build());
    double[] expected = numbers(new DjlLoop(false).trainAlone(local));

    assertThat(printed.get(1)).isEqualTo(printed.get(0));
    double[] actual = numbers(printed.get(0));
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      norm += expected[i] * expected[i];
    }
    assertThat(Math.sqrt(difference / norm)).isLessThan(1e-6);
  }

  @Test
  @Tag("cluster")
  void runningStatisticsStayTheWorkersOwn() throws Exception {
    List<String> printed = workers(2, true);

    List<String> first = printed.get(0).lines().toList();
    List<String> second = printed.get(1).lines().toList();
    // Linear's weight and bias; the norm's scale, shift, mean and variance; linear.
    for (int trained : new int[] {0, 1, 2, 3, 6, 7}) {
      assertThat(second.get(trained)).isEqualTo(first.get(trained));
    }
    assertThat(second.get(4)).isNotEqualTo(first.get(4));
  }

  @Test
  void aParameterThatComesLateOrTwiceIsRefused() {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        ShardedParameterServer server =
            new ShardedParameterServer(LocalExchange::new, DjlLoop.SGD, step -> 0.1)) {
      NDArray[] first = parameter(manager);
      NDArray[] second = parameter(manager);
      NDArray[] gradient = {manager.ones(new Shape(3))};
      server.init("a", first);
      server.init("b", second);
      server.update("a", gradient, first);

      assertThatThrownBy(() -> server.update("a", gradient, first))
          .hasMessage("parameter a: handed over twice in step 1; 1 of 2 parameters were");
      assertThatThrownBy(() -> server.init("c", parameter(manager)))
          .hasMessage(
              "parameter c (3) is new in step 1: all parameters must be used in the first forward"
                  + " pass");
      server.update("b", gradient, second);
      // w = 1 - 0.1 * (1 + decay * 1)
      assertThat(second[0].toFloatArray()).containsOnly(1 - 0.1f * 1.001f);
    }
  }

  @Test
  void aStepWithoutAFiniteGradientLeavesTheWeights() {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        ShardedParameterServer server =
            new ShardedParameterServer(LocalExchange::new, DjlLoop.SGD, step -> 0.1)) {
      NDArray[] weights = parameter(manager);
      server.init("a", weights);
      server.update("a", new NDArray[] {manager.create(new float[] {1, Float.NaN, 1})}, weights);
      assertThat(weights[0].toFloatArray()).containsOnly(1);
      server.update("a", new NDArray[] {manager.ones(new Shape(3))}, weights);
      assertThat(weights[0].toFloatArray()).containsOnly(1 - 0.1f * 1.001f);
    }
  }

  private static NDArray[] parameter(NDManager manager) {
    NDArray array = manager.ones(new Shape(3));
    array.setRequiresGradient(true);
    return new NDArray[] {array};
  }
}
