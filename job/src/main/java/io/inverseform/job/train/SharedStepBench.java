package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Group;
import io.inverseform.job.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what the exchange adds to a training step that several workers make together: the
 * computation alone, the exchange alone, one behind the other, and the exchange beneath the
 * backward pass, in turns.
 *
 * @param step of each worker
 * @param join what {@link BenchProcesses#join} takes
 */
public record SharedStepBench(NetworkBench step, String join) {
  /** One of the workers, with what it measures. */
  private static final class Measuring implements Group {
    private final RandomStep pass;
    private final Exchange exchange;
    private final Optimizer optimizer;
    private final int images;
    private long steps;
    private int rounds;
    private long inRounds;

    Measuring(RandomStep pass, Exchange exchange, Optimizer optimizer, int batch) {
      this.pass = pass;
      this.exchange = exchange;
      this.optimizer = optimizer;
      this.images = batch * exchange.worldSize();
    }

    @Override
    public int size() {
      return exchange.worldSize();
    }

    /** A round of synchronised statistics. */
    @Override
    public double[] sum(double[] values) {
      long start = System.nanoTime();
      double[] sum = exchange.sum(values);
      inRounds += System.nanoTime() - start;
      rounds++;
      return sum;
    }

    private FloatRange whole() {
      return new FloatRange(0, pass.parameters().weights().length());
    }

    private void compute() {
      FlatParameters.Collector gradients = pass.parameters().collect((offset, length) -> {});
      pass.forwardAndBackward(gradients, this, steps, images);
    }

    private void exchange() {
      exchange.reduceScatter(whole());
      end();
    }

    private void end() {
      exchange.sum(new double[3]);
      exchange.allGather(steps++, optimizer);
    }

    private void sequential() {
      compute();
      exchange();
    }

    private void overlapped() {
      FlatParameters.Collector gradients =
          pass.parameters()
              .collect((offset, length) -> exchange.reduceScatter(new FloatRange(offset, length)));
      pass.forwardAndBackward(gradients, this, steps, images);
      end();
    }

    /** Seconds until all workers are through. */
    private double seconds(Runnable part) {
      exchange.sum(new double[0]);
      long start = System.nanoTime();
      part.run();
      exchange.sum(new double[0]);
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  /** Makes this process a worker of the measurement, and returns what it saw. */
  public SharedStepMeasurement run() {
    Torch.start(step.threads());
    try (NDManager manager = step.manager();
        WorkerClient client = BenchProcesses.join(join)) {
      RandomStep pass = new RandomStep(manager, step);
      FlatParameters parameters = pass.parameters();
      FlatMemory memory =
          FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes());
      FloatRange shard = Ranges.shard(memory.length(), client.worldSize(), client.rank());
      try (Exchange exchange =
          BenchProcesses.reported(client, () -> client.exchange(memory, 0, Rounding.none()))) {
        Optimizer optimizer = NetworkBench.optimizer(parameters, shard);
        Measuring worker = new Measuring(pass, exchange, optimizer, step.batch());
        return BenchProcesses.reported(client, () -> measure(worker));
      }
    }
  }

  private SharedStepMeasurement measure(Measuring worker) {
    List<Runnable> parts =
        List.of(worker::compute, worker::exchange, worker::sequential, worker::overlapped);
    List<double[]> seconds = new ArrayList<>();
    parts.forEach(part -> seconds.add(new double[step.steps() + 1]));
    for (int i = 0; i <= step.steps(); i++) {
      if (i == 1) {
        worker.rounds = 0;
        worker.inRounds = 0;
      }
      for (int part = 0; part < parts.size(); part++) {
        seconds.get(part)[i] = worker.seconds(parts.get(part));
      }
    }
    double[] medians = seconds.stream().mapToDouble(NetworkBench::median).toArray();
    // Of four parts, three compute.
    double computed = 3.0 * step.steps();
    return new SharedStepMeasurement(
        worker.size(),
        step.model().backbone().branches().get(0),
        step.height() + "x" + step.width(),
        step.batch(),
        step.threads(),
        worker.pass.parameters().parameterCount(),
        NetworkBench.rounded(medians[0]),
        NetworkBench.rounded(medians[1]),
        NetworkBench.rounded(medians[2]),
        NetworkBench.rounded(medians[3]),
        NetworkBench.rounded(medians[2] / (medians[0] + medians[1])),
        NetworkBench.rounded((medians[2] - medians[3]) / medians[1]),
        (int) (worker.rounds / computed),
        worker.rounds == 0 ? 0 : NetworkBench.rounded(worker.inRounds * 1e-6 / worker.rounds),
        NetworkBench.rounded(worker.inRounds * 1e-9 / computed / medians[0]));
  }
}
