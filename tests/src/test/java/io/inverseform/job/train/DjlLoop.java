package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterServer;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.inverseform.job.allreduce.Address;
import io.inverseform.job.allreduce.Listen;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.WorkerClient;
import io.inverseform.job.allreduce.WorkerSettings;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.job.torch.Tensors;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.random.KeyedRandom;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import scala.Option;

/**
 * A training with DJL's own blocks, gradient collector and update loop, as a worker of its own
 * process: the collector is one per process. Prints the trained weights, then the running mean.
 */
final class DjlLoop {
  static final String ATTEMPT = "djl";
  static final OptimizerConfig SGD = OptimizerConfig.sgd(0.1, 0.9, 1e-3, 0);
  private static final int STEPS = 4;
  private static final int BATCH = 8;
  private static final int INPUTS = 30;

  private final boolean norm;

  /**
   * @param norm whether the block has a batch norm, whose statistics are the worker's own
   */
  DjlLoop(boolean norm) {
    this.norm = norm;
  }

  static SparkConf conf() {
    return new SparkConf(false).set("spark.app.id", "app-djl");
  }

  static SecurityManager security() {
    return new SecurityManager(
        conf(), Option.empty(), SecurityManager.$lessinit$greater$default$3());
  }

  private Block block() {
    SequentialBlock block = new SequentialBlock().add(Linear.builder().setUnits(300).build());
    if (norm) {
      block.add(BatchNorm.builder().build());
    }
    return block.add(Activation.reluBlock()).add(Linear.builder().setUnits(3).build());
  }

  /**
   * Trains on some samples of every step's batch.
   *
   * @param worker whose initial weights differ from the others'
   * @param firstStep which others may begin before
   * @return a line of numbers a parameter
   */
  String train(ParameterServer server, int worker, int firstStep, int first, int last) {
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu())) {
      Block block = block();
      block.initialize(manager, DataType.FLOAT32, new Shape(1, INPUTS));
      long key = 0;
      for (Parameter parameter : block.getParameters().values()) {
        NDArray array = parameter.getArray();
        if (parameter.requiresGradient()) {
          Tensors.write(array, FloatBuffer.wrap(random(worker, ++key, (int) array.size())));
        }
        array.setRequiresGradient(parameter.requiresGradient());
      }
      ParameterStore store = new ParameterStore(manager, false);
      store.setParameterServer(server, new Device[] {manager.getDevice()});
      for (int step = firstStep; step <= STEPS; step++) {
        NDArray x = rows(manager, -step, INPUTS, first, last);
        NDArray y = rows(manager, -100 - step, 3, first, last);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
          NDArray guess = block.forward(store, new NDList(x), true).singletonOrThrow();
          collector.backward(Loss.l2Loss().evaluate(new NDList(y), new NDList(guess)));
        }
        store.updateAllParameters();
      }
      return block.getParameters().values().stream()
          .map(parameter -> Arrays.toString(parameter.getArray().toFloatArray()))
          .collect(Collectors.joining("\n"));
    }
  }

  /** With all of every batch, behind the step in which workers take rank 0's weights. */
  String trainAlone(ParameterServer server) {
    return train(server, 0, 2, 0, BATCH);
  }

  private static float[] random(long seed, long key, int length) {
    KeyedRandom random = new KeyedRandom(seed, key);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (0.2 * random.nextGaussian());
    }
    return values;
  }

  private static NDArray rows(NDManager manager, long key, int width, int first, int last) {
    float[] all = random(0, key, BATCH * width);
    return manager.create(
        Arrays.copyOfRange(all, first * width, last * width), new Shape(last - first, width));
  }

  /** {@code HOST PORT PARTITION WORLD NORM}. */
  public static void main(String[] args) {
    int partition = Integer.parseInt(args[2]);
    int share = BATCH / Integer.parseInt(args[3]);
    WorkerSettings settings =
        new WorkerSettings(
            conf(),
            security(),
            Listen.on("localhost"),
            new Address(args[0], Integer.parseInt(args[1])),
            ATTEMPT,
            partition,
            "",
            Map.of(),
            Duration.ofSeconds(60),
            Optional::empty);
    try (WorkerClient client = WorkerClient.join(settings);
        ParameterServer server =
            new ShardedParameterServer(
                (memory, step) -> client.exchange(memory, step, Rounding.none()),
                SGD,
                step -> SGD.learningRate())) {
      DjlLoop loop = new DjlLoop(Boolean.parseBoolean(args[4]));
      System.out.println(
          loop.train(server, partition, 1, partition * share, (partition + 1) * share));
    }
  }
}
