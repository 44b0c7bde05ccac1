package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.LocalSteps;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.job.watch.StepClock;
import io.inverseform.job.watch.Trace;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker of data-parallel training: opens its objective, gives the network its memory, joins the
 * others, and runs the {@link TrainingLoop}.
 */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final WorkerSpec spec;
  private final JobConfig config;
  private final TrainConfig train;
  private final RunFolder run;
  private final long resumeFrom;
  private final Place place;

  /**
   * Where a worker is.
   *
   * @param localFolder for local copies of the samples
   * @param cancelled whether Spark has cancelled its task
   */
  record Place(Device device, Path localFolder, BooleanSupplier cancelled) {}

  /**
   * How a worker ended.
   *
   * @param step the last one
   * @param complete whether it is the last one of the training, not only of one that was stopped
   * @param weightsCrc CRC-32C of the final weights, equal on all ranks
   */
  record Result(int rank, long step, boolean complete, long weightsCrc) implements Serializable {}

  Worker(WorkerSpec spec, Place place) throws IOException {
    this.spec = spec;
    this.place = place;
    config = spec.config();
    train = config.train();
    run = new RunFolder(config.run(), spec.hadoop().value());
    resumeFrom = spec.resumeFrom();
  }

  /**
   * Trains.
   *
   * @param join registers with the driver, given what all workers must agree on
   */
  Result run(Function<Map<String, String>, WorkerClient> join) throws IOException {
    try (NDManager device = Torch.manager(place.device());
        Objective<?> objective = open(device);
        FlatParameters parameters = memory(device, objective);
        WorkerClient driver =
            join.apply(Fingerprint.of(config, objective, parameters.parameterCount()))) {
      try {
        return new Joined<>(objective, device, parameters, driver).train();
      } catch (Throwable e) {
        driver.fail(e);
        throw e;
      }
    }
  }

  /** What is not there, or does not fit, when a worker opens it will not the next time. */
  private Objective<?> open(NDManager device) throws IOException {
    try {
      return spec.objective()
          .open(
              config,
              new Site(device, place.localFolder(), spec.hadoop().value(), place.cancelled()));
    } catch (FileNotFoundException | ConfigException e) {
      throw new UnrecoverableException(e.toString(), e);
    }
  }

  private FlatParameters memory(NDManager device, Objective<?> objective) throws IOException {
    FlatParameters parameters = new FlatParameters(device, objective.network(), config.seed());
    if (resumeFrom == 0) {
      try {
        objective.initialise(parameters);
      } catch (FileNotFoundException e) {
        throw new UnrecoverableException(e.toString(), e);
      }
    }
    return parameters;
  }

  /** A worker that has its rank. */
  private final class Joined<E> {
    private final Objective<E> objective;
    private final NDManager device;
    private final FlatParameters parameters;
    private final WorkerClient driver;

    Joined(
        Objective<E> objective, NDManager device, FlatParameters parameters, WorkerClient driver) {
      this.objective = objective;
      this.device = device;
      this.parameters = parameters;
      this.driver = driver;
    }

    Result train() throws IOException {
      int worldSize = driver.worldSize();
      GlobalSampler sampler =
          new GlobalSampler(
              objective.epochs(),
              train.globalBatch(worldSize),
              read(1, () -> run.checkpoints().start(resumeFrom)));
      long scheduled = sampler.lastStep(train.epochs());
      long lastStep = train.lastStep(scheduled);

      FloatRange shard = Ranges.shard(parameters.weights().length(), worldSize, driver.rank());
      boolean local = train.exchange().localSteps() > 1 && worldSize > 1;
      FloatRange moved = local ? new FloatRange(0, parameters.weights().length()) : shard;
      boolean alone = worldSize == 1;
      ParameterGroups groups = ParameterGroups.of(parameters.slots(), config.optimizer());
      Optimizer optimizer =
          alone
              ? Alone.optimizer(device, parameters, config.optimizer(), groups)
              : new HostOptimizer(parameters.weights().host(), moved, config.optimizer(), groups);
      ShardState ofShard = local ? optimizer.state().part(shard.length()) : optimizer.state();
      BufferEma bufferEma = new BufferEma(parameters.buffers(), config.optimizer());
      Rounding rounding =
          Rounding.of(
              Wire.valueOf(train.exchange().wire().name()),
              worldSize,
              shard,
              parameters.weights().length());
      Checkpoints.State state =
          new Checkpoints.State(
              driver.rank(),
              shard.offset(),
              parameters.weights().host(),
              ofShard,
              parameters.buffers().host(),
              bufferEma.values(),
              rounding);
      EarlyStop earlyStop = new EarlyStop(train.earlyStop(), restore(state, worldSize));
      optimizer.toDevice();

      // The peers' is a resource of its own: the first mean goes around before there is another.
      try (Exchange peers =
              alone
                  ? Alone.exchange(parameters, resumeFrom + 1)
                  : driver.exchange(memory(), local ? 0 : resumeFrom + 1, rounding);
          Exchange exchange =
              local
                  ? new LocalSteps(
                      peers,
                      memory(),
                      optimizer.state().vectors(),
                      ofShard.vectors(),
                      resumeFrom + 1,
                      train.exchange().localSteps())
                  : peers;
          Trace trace = trace(exchange);
          ExampleLoader<E> loader = loader(sampler, worldSize, lastStep)) {
        try {
          StepClock clock = new StepClock(exchange::sentBytes, exchange::receivedBytes, trace);
          EvaluationCopy copy =
              new EvaluationCopy(exchange, parameters, optimizer, ofShard, bufferEma);
          TrainingLoop.Parts<E> parts =
              new TrainingLoop.Parts<>(
                  loader,
                  new Stepper<>(
                      objective,
                      config.seed(),
                      device,
                      parameters,
                      exchange,
                      optimizer,
                      bufferEma,
                      clock),
                  Schedule.of(config, scheduled),
                  new Validation(exchange, objective, copy),
                  earlyStop,
                  new CheckpointWriter(
                      run.checkpoints(),
                      () -> {
                        toHost(optimizer);
                        return state.written();
                      },
                      spec.attempt(),
                      train.timeoutSeconds(),
                      driver::requireGoingOn),
                  objective,
                  clock);
          MemoryEstimate estimate =
              objective.memory(device, parameters, train.batch()).withOptimizer(optimizer.state());
          return loop(parts, optimizer, copy, estimate, sampler, lastStep);
        } catch (Throwable e) {
          // Before the exchange closes, which waits for peers: the driver shall know the cause
          // first.
          driver.fail(e);
          throw e;
        }
      }
    }

    private FlatMemory memory() {
      return FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes());
    }

    /** Makes the host show what is trained, before it is written. */
    private void toHost(Optimizer optimizer) {
      parameters.buffers().toHost();
      optimizer.toHost();
    }

    private Result loop(
        TrainingLoop.Parts<E> parts,
        Optimizer optimizer,
        EvaluationCopy copy,
        MemoryEstimate estimate,
        GlobalSampler sampler,
        long lastStep)
        throws IOException {
      LOG.info("a step of rank {} takes about {}", driver.rank(), estimate);
      EarlyStop earlyStop = parts.earlyStop();
      long step;
      try {
        step =
            new TrainingLoop<>(train, driver, parts, sampler)
                .run(resumeFrom + 1, earlyStop.due() ? resumeFrom : lastStep);
      } catch (RuntimeException | Error e) {
        OutOfMemory.explain(e, place.device().toString(), config, estimate);
        throw e;
      }
      boolean complete = step >= lastStep || earlyStop.due();
      toHost(optimizer);
      if (complete) {
        copy.during(() -> export(step));
      }
      return new Result(driver.rank(), step, complete, crc());
    }

    private Trace trace(Exchange exchange) {
      int rank = driver.rank();
      Trace trace =
          new Trace(train.traced(), rank, driver.host(), run.fileSystem(), run.trace(rank));
      if (!train.traceSteps().isEmpty()) {
        exchange.onSent(
            (what, peer, range, start, end) ->
                trace.transfer(what + " to rank " + peer, range.toString(), start, end));
      }
      return trace;
    }

    private EarlyStop.Patience restore(Checkpoints.State state, int worldSize) throws IOException {
      if (resumeFrom == 0) {
        state.begin();
        return EarlyStop.Patience.NEW;
      }
      Checkpoints checkpoints = run.checkpoints();
      Manifest manifest = read(1, () -> checkpoints.read(resumeFrom));
      Checkpoints.State restored =
          read(
              manifest.parts().size(),
              () -> {
                // In memory of its own: a reader that is left behind may go on when the worker's is
                // freed.
                Checkpoints.State apart =
                    new Checkpoints.State(
                        state.rank(),
                        state.offset(),
                        FloatBuffer.allocate(parameters.weights().length()),
                        state.optimizer(),
                        FloatBuffer.allocate(parameters.buffers().length()),
                        state.bufferEma(),
                        state.rounding());
                checkpoints.restore(manifest, worldSize, apart);
                return apart;
              });
      state.weights().put(0, restored.weights(), 0, parameters.weights().length());
      state.buffers().put(0, restored.buffers(), 0, parameters.buffers().length());
      parameters.weights().toDevice();
      parameters.buffers().toDevice();
      return manifest.patience();
    }

    /** Reads of the checkpoint that is gone on from. */
    private <T> T read(int files, Callable<T> reading) throws IOException {
      return new StoreAccess(train.timeoutSeconds(), files, driver::requireGoingOn)
          .run(
              "restore-rank-" + driver.rank(),
              "rank %d: checkpoint of step %d cannot be read from %s"
                  .formatted(driver.rank(), resumeFrom, run.checkpoints().folder(resumeFrom)),
              reading);
    }

    private ExampleLoader<E> loader(GlobalSampler sampler, int worldSize, long lastStep) {
      return new ExampleLoader<>(
          objective,
          sampler,
          train.batch(),
          driver.rank(),
          worldSize,
          resumeFrom + 1,
          lastStep,
          new ExampleLoader.Ahead(train.prefetch(), train.decodeThreads()),
          train.timeoutSeconds(),
          driver::requireGoingOn);
    }

    /** Rank 0 writes the trained network. */
    private Void export(long step) throws IOException {
      if (driver.rank() == 0) {
        Map<String, String> metadata = new HashMap<>(objective.metadata());
        metadata.put(RunFolder.STEP, Long.toString(step));
        FlatParameters.Snapshot trained = parameters.snapshot();
        new StoreAccess(train.timeoutSeconds(), 1, driver::requireGoingOn)
            .run(
                "export",
                "rank 0: the model of step %d cannot be written to %s".formatted(step, run.model()),
                () -> write(trained, metadata));
      }
      return null;
    }

    private Void write(FlatParameters.Snapshot trained, Map<String, String> metadata)
        throws IOException {
      WholeFile.write(
          run.fileSystem(),
          run.model(),
          out -> {
            trained.write(out, metadata);
            // Who was left behind must not put it in the place of a later attempt's.
            if (Thread.currentThread().isInterrupted()) {
              throw new InterruptedIOException(run.model() + " was written too late");
            }
          });
      return null;
    }

    private long crc() {
      CRC32C crc = new CRC32C();
      crc.update(parameters.weights().bytes());
      return crc.getValue();
    }
  }
}
