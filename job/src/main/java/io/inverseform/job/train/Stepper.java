package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Gradients;
import io.inverseform.job.torch.Group;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.watch.Phase;
import io.inverseform.job.watch.StepClock;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One step: forward, loss, backward with the exchange beneath it, update. */
final class Stepper<E> {
  private final Objective<E> objective;
  private final List<String> terms;
  private final long seed;
  private final NDManager device;
  private final FlatParameters parameters;
  private final Exchange exchange;
  private final Optimizer optimizer;
  private final BufferEma bufferEma;
  private final StepClock clock;

  /**
   * What a step came to, over all ranks.
   *
   * @param notFinite what was not, of the ranks where something was not, so that no rank moved its
   *     weights
   */
  record Outcome(double loss, Map<String, Double> terms, List<NotFinite> notFinite) {
    boolean skipped() {
      return !notFinite.isEmpty();
    }
  }

  /**
   * The ranks, as a group that sums by the exchange.
   *
   * @param idle whether this rank adds nothing to the sums
   */
  private record Peers(Exchange exchange, boolean idle) implements Group {
    @Override
    public int size() {
      return exchange.worldSize();
    }

    @Override
    public double[] sum(double[] values) {
      return exchange.sum(idle ? new double[values.length] : values);
    }
  }

  Stepper(
      Objective<E> objective,
      long seed,
      NDManager device,
      FlatParameters parameters,
      Exchange exchange,
      Optimizer optimizer,
      BufferEma bufferEma,
      StepClock clock) {
    this.objective = objective;
    this.terms = objective.terms();
    this.seed = seed;
    this.device = device;
    this.parameters = parameters;
    this.exchange = new TimedExchange(exchange, clock);
    this.optimizer = optimizer;
    this.bufferEma = bufferEma;
    this.clock = clock;
  }

  /**
   * Runs a step; all ranks must, with the same step and rate. A rank without examples sends zeros.
   * Where the network is synchronised it walks along with an example that does not count. A step
   * that is left out leaves weights, momentum and running statistics as they were.
   */
  Outcome run(long step, ExampleLoader.Loaded<E> loaded, double learningRate) throws IOException {
    parameters.buffers().save();
    double[] mine = new double[2 + terms.size()];
    int passes = loaded.passes();
    for (int i = 0; i < passes; i++) {
      if (i > 0) {
        clock.enter(Phase.DATA);
      }
      ExampleLoader.Pass<E> pass = loaded.next();
      FlatParameters.Collector gradients =
          parameters.collect(
              i == 0,
              i == passes - 1,
              (offset, length) -> exchange.reduceScatter(new FloatRange(offset, length)));
      if (!pass.idle()) {
        forwardAndBackward(loaded, pass, gradients, mine);
      } else if (objective.network().synchronised()) {
        forwardAndBackward(loaded, pass, (parameter, gradient) -> {}, new double[mine.length]);
      }
      gradients.finish();
    }
    mine[0] = parameters.gradientIsFinite() ? 0 : 1;

    clock.enter(Phase.EXCHANGE);
    double[] all = exchange.sum(mine);
    List<NotFinite> notFinite = List.of();
    boolean skipped = all[0] > 0;
    if (!skipped && optimizer.clips() && !clip(step)) {
      mine[0] = 1;
      skipped = true;
    }
    if (skipped) {
      exchange.skip(step);
      parameters.buffers().putBack();
      notFinite = NotFinite.ofAllRanks(exchange, mine, terms, parameters, loaded);
    } else {
      optimizer.begin(learningRate);
      exchange.allGather(step, optimizer);
      clock.enter(Phase.UPDATE);
      if (!optimizer.isOnDevice()) {
        parameters.weights().toDevice();
      }
      bufferEma.update(optimizer.state().updates());
    }
    if (exchange.worldSize() == 1) {
      Alone.endStep(parameters);
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < terms.size(); i++) {
      values.put(terms.get(i), all[2 + i]);
    }
    return new Outcome(all[1], values, notFinite);
  }

  /** Makes the weights of all ranks the same, before they are validated or written. */
  void align() {
    exchange.align();
    if (!optimizer.isOnDevice()) {
      parameters.weights().toDevice();
    }
  }

  /** Returns whether the norm is finite. */
  private boolean clip(long step) {
    double norm = exchange.gradientNorm(step);
    optimizer.clip(norm);
    return Double.isFinite(norm);
  }

  private void forwardAndBackward(
      ExampleLoader.Loaded<E> loaded,
      ExampleLoader.Pass<E> pass,
      Gradients gradients,
      double[] mine) {
    DropoutMasks masks = new DropoutMasks(seed, loaded.epoch(), pass.samples());
    try (NDManager arrays = device.newSubManager();
        Tape tape = Tape.training(arrays, gradients, masks, new Peers(exchange, pass.idle()))) {
      clock.enter(Phase.FORWARD);
      StepLoss result = objective.loss(tape, pass.examples(), loaded.globalBatch());
      clock.enter(Phase.BACKWARD);
      tape.backward(result.total());
      mine[1] += result.total().getFloat();
      Map<String, Float> values = result.values();
      for (int i = 0; i < terms.size(); i++) {
        mine[2 + i] += values.get(terms.get(i));
      }
    }
  }
}
