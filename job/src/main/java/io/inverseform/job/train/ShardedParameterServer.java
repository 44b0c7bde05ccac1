package io.inverseform.job.train;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterServer;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.RangeUpdate;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.Tensors;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's parameter server on the workers' {@link Exchange}, for code with DJL's own update loop;
 * docs/cluster.md has an example.
 *
 * <p>Gradients go out parameter by parameter, in frames of many; weights come back once, when the
 * last parameter of the step was handed over. The gradient of a step is the mean over the workers,
 * each of whose losses is a mean over as large a batch. All workers train the weights of rank 0:
 * where others began with their own, the first step only brings them those. For one thread.
 */
public final class ShardedParameterServer implements ParameterServer {
  private static final Logger LOG = LoggerFactory.getLogger(ShardedParameterServer.class);

  private final Connection connection;
  private final OptimizerConfig config;
  private final LongToDoubleFunction learningRate;

  /**
   * By DJL's ids, which differ from worker to worker, in the order of first use, which does not.
   */
  private final Map<String, Slot> slots = new LinkedHashMap<>();

  private int length;
  private Exchange exchange;
  private FlatMemory memory;
  private Optimizer optimizer;
  private int given;
  private boolean differed;
  private long step = 1;

  /** How the worker comes to its exchange; see {@code WorkerClient.exchange}. */
  @FunctionalInterface
  public interface Connection {
    /** Connects with the peers, for steps from the first on. */
    Exchange open(FlatMemory memory, long firstStep);
  }

  private static final class Slot {
    private final FloatRange range;
    private final int size;
    private final NDArray initial;
    private NDArray[] copies;

    private Slot(FloatRange range, int size, NDArray initial) {
      this.range = range;
      this.size = size;
      this.initial = initial;
    }
  }

  /**
   * A server that connects at the first update, when it has seen all parameters.
   *
   * @param learningRate by step, from 1
   * @throws ConfigException if the optimiser tells parameters apart, whose names DJL does not give,
   *     or averages weights, which DJL's loop does not evaluate
   */
  public ShardedParameterServer(
      Connection connection, OptimizerConfig config, LongToDoubleFunction learningRate) {
    if (config.hasFactors() || config.hasEma()) {
      throw new ConfigException(
          "DJL's update loop knows neither optimizer.groups, nor optimizer.decay_norms: false, nor"
              + " optimizer.ema_decay: leave them out, or train with the train command");
    }
    this.connection = connection;
    this.config = config;
    this.learningRate = learningRate;
  }

  /**
   * Takes note of a parameter; DJL calls it at the parameter's first use. Running statistics and
   * frozen parameters stay the worker's own.
   *
   * @throws IllegalStateException if the exchange runs already: all parameters must be used in the
   *     first forward pass
   */
  @Override
  public void init(String id, NDArray[] values) {
    if (!values[0].hasGradient()) {
      return;
    }
    if (exchange != null) {
      throw new IllegalStateException(
          "parameter %s %s is new in step %d: all parameters must be used in the first forward pass"
              .formatted(id, values[0].getShape(), step));
    }
    int size = Math.toIntExact(values[0].size());
    int aligned = (size + Ranges.ALIGNMENT - 1) / Ranges.ALIGNMENT * Ranges.ALIGNMENT;
    slots.put(id, new Slot(new FloatRange(length, aligned), size, values[0]));
    length = Math.addExact(length, aligned);
  }

  /**
   * Hands a parameter's gradient over; the last one of a step ends the step.
   *
   * @param gradients of the worker's devices, added up
   * @param parameters the copies on those devices, written at the end of the step
   * @throws IllegalStateException if it was handed over before in this step
   */
  @Override
  public void update(String id, NDArray[] gradients, NDArray[] parameters) {
    if (exchange == null) {
      open();
    }
    Slot slot = slots.get(id);
    if (slot == null || slot.copies != null) {
      throw new IllegalStateException(
          "parameter %s: %s in step %d; %d of %d parameters were"
              .formatted(
                  id,
                  slot == null ? "not known from the first forward pass" : "handed over twice",
                  step,
                  given,
                  slots.size()));
    }
    FloatBuffer sum = memory.gradient().slice(slot.range.offset(), slot.size);
    sum.duplicate().put(gradients[0].toByteBuffer().asFloatBuffer());
    for (int device = 1; device < gradients.length; device++) {
      FloatBuffer other = gradients[device].toByteBuffer().asFloatBuffer();
      for (int i = 0; i < slot.size; i++) {
        sum.put(i, sum.get(i) + other.get(i));
      }
    }
    slot.copies = parameters.clone();
    exchange.reduceScatter(slot.range);
    given++;
    if (given == slots.size()) {
      endStep();
    }
  }

  private void open() {
    memory = FlatMemory.allocate(length);
    for (Slot slot : slots.values()) {
      weights(slot).put(slot.initial.toByteBuffer().asFloatBuffer());
    }
    exchange = connection.open(memory, step);
    FloatRange shard = Ranges.shard(length, exchange.worldSize(), exchange.rank());
    optimizer = new HostOptimizer(memory.weights(), shard, config, ParameterGroups.none());
    differed = exchange.sum(new double[] {takeRankZerosWeights()})[0] > 0;
  }

  /**
   * @return floats that were others
   */
  private int takeRankZerosWeights() {
    FloatBuffer weights = memory.weights();
    int others = 0;
    for (int from = 0; from < length; from += Exchange.MAX_SUM) {
      double[] values = new double[Math.min(Exchange.MAX_SUM, length - from)];
      for (int i = 0; i < values.length && exchange.rank() == 0; i++) {
        values[i] = weights.get(from + i);
      }
      // A sum with zeros loses nothing.
      double[] sums = exchange.sum(values);
      for (int i = 0; i < sums.length; i++) {
        others += weights.get(from + i) == (float) sums[i] ? 0 : 1;
        weights.put(from + i, (float) sums[i]);
      }
    }
    return others;
  }

  private FloatBuffer weights(Slot slot) {
    return memory.weights().slice(slot.range.offset(), slot.size);
  }

  private void endStep() {
    double[] unusable = exchange.sum(new double[] {gradientIsFinite() ? 0 : 1});
    if (differed) {
      LOG.info("the workers began with different weights: all go on with those of rank 0");
      differed = false;
      exchange.skip(step);
    } else if (unusable[0] > 0) {
      LOG.warn(
          "step {} is left out: the gradients of {} of {} workers are not finite",
          step,
          (int) unusable[0],
          exchange.worldSize());
      exchange.skip(step);
    } else if (optimizer.clips() && !clip()) {
      LOG.warn("step {} is left out: the norm of the gradient is not finite", step);
      exchange.skip(step);
    } else {
      optimizer.begin(learningRate.applyAsDouble(step));
      exchange.allGather(step, mean());
    }
    for (Slot slot : slots.values()) {
      for (NDArray copy : slot.copies) {
        Tensors.write(copy, weights(slot));
        Tensors.clearGradient(copy);
      }
      slot.copies = null;
    }
    given = 0;
    step++;
  }

  /** Returns whether the mean's norm is finite. */
  private boolean clip() {
    double norm = exchange.gradientNorm(step) / exchange.worldSize();
    optimizer.clip(norm);
    return Double.isFinite(norm);
  }

  private boolean gradientIsFinite() {
    FloatBuffer gradient = memory.gradient();
    float sum = 0;
    for (int i = 0; i < length; i++) {
      // Stays what it is if nothing is infinite or not a number.
      sum += 0 * gradient.get(i);
    }
    return sum == 0;
  }

  private RangeUpdate mean() {
    float share = 1f / exchange.worldSize();
    return (range, gradient, offset) -> {
      for (int i = offset; i < offset + range.length(); i++) {
        gradient[i] *= share;
      }
      optimizer.apply(range, gradient, offset);
    };
  }

  /** Waits until the peers have what they were sent, and closes the exchange. */
  @Override
  public void close() {
    if (exchange != null) {
      exchange.close();
    }
  }
}
