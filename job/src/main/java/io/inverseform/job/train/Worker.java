package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Exchange;
import io.inverseform.job.allreduce.FlatMemory;
import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.config.TrainConfig;
import io.inverseform.job.dataset.GlobalSampler;
import io.inverseform.job.dataset.LocalSamples;
import io.inverseform.job.loss.TotalLoss;
import io.inverseform.job.model.OcrNet;
import io.inverseform.job.model.Segmenter;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Safetensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.edge.SobelEdges;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;

/**
 * A worker of data-parallel training: opens its data, builds its network, joins the others, and
 * runs the {@link TrainingLoop}.
 */
final class Worker {
  private static final String TRAIN = "train";
  private static final String VALIDATION = "val";

  private final JobConfig config;
  private final TrainConfig train;
  private final RunFolder run;
  private final long resumeFrom;
  private final Configuration hadoop;
  private final Place place;

  /**
   * Where a worker is.
   *
   * @param localFolder for local copies of the samples
   */
  record Place(Device device, Path localFolder) {}

  /**
   * How a worker ended.
   *
   * @param step the last one
   * @param weightsCrc CRC-32C of the final weights, equal on all ranks
   */
  record Result(int rank, long step, long weightsCrc) implements Serializable {}

  Worker(WorkerSpec spec, Place place) throws IOException {
    config = spec.config();
    train = config.train();
    hadoop = spec.hadoop().value();
    run = new RunFolder(config.run(), hadoop);
    resumeFrom = spec.resumeFrom();
    this.place = place;
  }

  /**
   * Trains.
   *
   * @param join registers with the driver, given what all workers must agree on
   */
  Result run(Function<Map<String, String>, WorkerClient> join) throws IOException {
    try (LocalSamples samples = open(TRAIN);
        LocalSamples held = open(VALIDATION);
        NDManager device = Torch.manager(place.device())) {
      OcrNet network = new OcrNet(config.model(), samples.catalogue().size());
      try (FlatParameters parameters = new FlatParameters(device, network, config.seed());
          WorkerClient driver =
              join.apply(Fingerprint.of(config, samples.size(), parameters.parameterCount()))) {
        try {
          return new Joined(samples, held, device, network, parameters, driver).train();
        } catch (Throwable e) {
          driver.fail(e);
          throw e;
        }
      }
    }
  }

  private LocalSamples open(String split) throws IOException {
    return LocalSamples.open(config.data().table(), split, place.localFolder(), hadoop);
  }

  /** A worker that has its rank. */
  private final class Joined {
    private final LocalSamples samples;
    private final LocalSamples held;
    private final NDManager device;
    private final OcrNet network;
    private final FlatParameters parameters;
    private final WorkerClient driver;
    private final Images images = new Images(config.augment().mean(), config.augment().std());

    Joined(
        LocalSamples samples,
        LocalSamples held,
        NDManager device,
        OcrNet network,
        FlatParameters parameters,
        WorkerClient driver) {
      this.samples = samples;
      this.held = held;
      this.device = device;
      this.network = network;
      this.parameters = parameters;
      this.driver = driver;
    }

    Result train() throws IOException {
      int worldSize = driver.worldSize();
      GlobalSampler sampler =
          new GlobalSampler(config.seed(), samples.size(), train.batch() * worldSize);
      long scheduled = (long) train.epochs() * sampler.stepsPerEpoch();
      long lastStep = train.maxSteps() > 0 ? Math.min(train.maxSteps(), scheduled) : scheduled;

      FloatRange shard =
          Ranges.split(parameters.weights().length(), worldSize, Ranges.ALIGNMENT)
              .get(driver.rank());
      Sgd optimizer = new Sgd(parameters.weights().host(), shard, config.optimizer());
      Checkpoints.State state = state(shard, optimizer);
      restore(state, worldSize);

      FlatMemory memory =
          FlatMemory.of(parameters.weights().bytes(), parameters.gradient().bytes());
      try (Exchange exchange = driver.exchange(memory, resumeFrom + 1);
          CropLoader loader = loader(sampler, worldSize, lastStep)) {
        Stepper stepper =
            new Stepper(
                config,
                device,
                network,
                parameters,
                new TotalLoss(config.loss(), samples.catalogue().size()),
                images,
                exchange,
                optimizer);
        Segmenter segmenter = new Segmenter(device, network, images, config.evaluate().scale());
        TrainingLoop.Parts parts =
            new TrainingLoop.Parts(
                loader,
                stepper,
                new Schedule(config.optimizer(), config.schedule(), scheduled),
                new Validation(exchange, held, segmenter, parameters.buffers()),
                run.checkpoints(),
                state);
        long step =
            new TrainingLoop(train, driver, parts, sampler.stepsPerEpoch())
                .run(resumeFrom + 1, lastStep);
        export(exchange, step);
        return new Result(driver.rank(), step, crc());
      }
    }

    private Checkpoints.State state(FloatRange shard, Sgd optimizer) {
      return new Checkpoints.State(
          driver.rank(),
          shard.offset(),
          parameters.weights().host(),
          optimizer.momentum(),
          parameters.buffers().host());
    }

    private void restore(Checkpoints.State state, int worldSize) throws IOException {
      if (resumeFrom > 0) {
        Checkpoints checkpoints = run.checkpoints();
        checkpoints.restore(checkpoints.read(resumeFrom), worldSize, state);
        parameters.weights().toDevice(0, parameters.weights().length());
        parameters.buffers().toDevice(0, parameters.buffers().length());
      }
    }

    private CropLoader loader(GlobalSampler sampler, int worldSize, long lastStep) {
      SobelEdges edges = new SobelEdges(config.preprocess().edgeThreshold());
      return new CropLoader(
          new CropLoader.Source(samples, sampler, config.augment(), edges, config.seed()),
          driver.rank(),
          worldSize,
          resumeFrom + 1,
          lastStep,
          train.decodeThreads(),
          train.timeoutSeconds());
    }

    /** Rank 0 writes the trained network, with the mean of all ranks' running statistics. */
    private void export(Exchange exchange, long step) throws IOException {
      float[] own = Validation.meanBuffers(exchange, parameters.buffers());
      if (driver.rank() == 0) {
        Map<String, String> metadata =
            Map.of("step", Long.toString(step), "classes", samples.catalogue().names().toString());
        try (OutputStream out = run.fileSystem().create(run.model(), true)) {
          Safetensors.write(out, parameters, parameters.buffers().host(), metadata);
        }
      }
      parameters.buffers().host().put(own);
    }

    private long crc() {
      CRC32C crc = new CRC32C();
      crc.update(parameters.weights().bytes());
      return crc.getValue();
    }
  }
}
