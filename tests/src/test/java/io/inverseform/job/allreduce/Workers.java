package io.inverseform.job.allreduce;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import scala.Option;

/** One attempt in one JVM over real sockets: a coordinator, and workers on threads. */
final class Workers implements AutoCloseable, CoordinatorListener {
  static final String ATTEMPT = "attempt-1";

  /** A payload that the driver cannot handle. */
  static final String POISON = "poison";

  /** A payload that the driver never comes to an end with. */
  static final String ENDLESS = "endless";

  static final Duration LONG = Duration.ofSeconds(60);
  static final Map<String, String> FINGERPRINT = Map.of("configuration", "abc");

  final SparkConf conf;
  final Duration workerLimit;
  final Coordinator coordinator;
  final List<String> progress = new CopyOnWriteArrayList<>();
  final List<WorkerFailure> failures = new CopyOnWriteArrayList<>();
  private List<WorkerStatus> assigned = List.of();
  private final int worldSize;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  Workers(int worldSize, Duration coordinatorLimit, Duration workerLimit, SparkConf conf) {
    this.worldSize = worldSize;
    this.workerLimit = workerLimit;
    this.conf = conf;
    this.coordinator =
        Coordinator.start(
            new CoordinatorSettings(
                conf,
                security(conf),
                Listen.on("localhost"),
                ATTEMPT,
                worldSize,
                coordinatorLimit,
                coordinatorLimit),
            this);
  }

  Workers(int worldSize, SparkConf conf) {
    this(worldSize, LONG, LONG, conf);
  }

  Workers(int worldSize) {
    this(worldSize, conf());
  }

  static SparkConf conf() {
    return new SparkConf(false).set("spark.app.id", "app-exchange");
  }

  static SparkConf authenticated(String secret) {
    return conf()
        .set("spark.authenticate", "true")
        .set("spark.authenticate.secret", secret)
        .set("spark.network.crypto.enabled", "true");
  }

  static SecurityManager security(SparkConf conf) {
    return new SecurityManager(conf, Option.empty(), SecurityManager.$lessinit$greater$default$3());
  }

  WorkerSettings settings(int partition) {
    return settings(partition, "", Listen.on("localhost"));
  }

  WorkerSettings settings(int partition, String gpu, Listen listen) {
    return new WorkerSettings(
        conf,
        security(conf),
        listen,
        coordinator.address(),
        ATTEMPT,
        partition,
        gpu,
        FINGERPRINT,
        workerLimit,
        Optional::empty);
  }

  @Override
  public synchronized void onAssigned(List<WorkerStatus> workers) {
    assigned = workers;
    notifyAll();
  }

  synchronized List<WorkerStatus> awaitAssigned() throws InterruptedException {
    await(() -> !assigned.isEmpty(), "the ranks are assigned");
    return assigned;
  }

  private synchronized void await(BooleanSupplier condition, String what)
      throws InterruptedException {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("not within " + LONG + ": " + what + "; failures " + failures);
      }
      wait(left);
    }
  }

  @Override
  public void onProgress(int rank, long step, String payload) {
    if (payload.equals(POISON)) {
      throw new IllegalStateException("no space left on the driver's disk");
    }
    if (payload.equals(ENDLESS)) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("the driver gave up", e);
      }
    }
    progress.add(rank + " " + step + " " + payload);
  }

  @Override
  public synchronized void onFailure(WorkerFailure failure) {
    failures.add(failure);
    notifyAll();
  }

  void awaitFailureOfRank(int rank) throws InterruptedException {
    await(
        () -> failures.stream().anyMatch(failure -> failure.rank() == rank),
        "rank " + rank + " fails");
  }

  /** What one worker does. */
  interface Body<T> {
    T run(WorkerClient client, Exchange exchange, FlatMemory memory) throws Exception;
  }

  /** Runs all workers to their end; worker i is partition i. */
  <T> List<Future<T>> start(int floats, long firstStep, Body<T> body) {
    List<Future<T>> results = new ArrayList<>();
    for (int partition = 0; partition < worldSize; partition++) {
      WorkerSettings settings = settings(partition);
      results.add(run(() -> work(settings, floats, firstStep, body)));
    }
    return results;
  }

  /** What one worker does that has what rounding leaves out at hand. */
  interface RoundedBody<T> {
    T run(WorkerClient client, Exchange exchange, FlatMemory memory, Rounding rounding)
        throws Exception;
  }

  /** As {@link #start}, with bfloat16 on the wire. */
  <T> List<Future<T>> startRounded(int floats, long firstStep, RoundedBody<T> body) {
    List<Future<T>> results = new ArrayList<>();
    for (int partition = 0; partition < worldSize; partition++) {
      WorkerSettings settings = settings(partition);
      results.add(run(() -> work(settings, floats, firstStep, Wire.BFLOAT16, body)));
    }
    return results;
  }

  <T> Future<T> run(Callable<T> task) {
    return threads.submit(task);
  }

  static <T> T work(WorkerSettings settings, int floats, long firstStep, Body<T> body)
      throws Exception {
    return work(
        settings,
        floats,
        firstStep,
        Wire.FLOAT32,
        (client, exchange, memory, rounding) -> body.run(client, exchange, memory));
  }

  private static <T> T work(
      WorkerSettings settings, int floats, long firstStep, Wire wire, RoundedBody<T> body)
      throws Exception {
    FlatMemory memory = FlatMemory.allocate(floats);
    try (WorkerClient client = WorkerClient.join(settings)) {
      int world = client.worldSize();
      FloatRange shard = Ranges.split(floats, world, Ranges.ALIGNMENT).get(client.rank());
      Rounding rounding = Rounding.of(wire, world, shard, floats);
      try (Exchange exchange = client.exchange(memory, firstStep, rounding)) {
        return body.run(client, exchange, memory, rounding);
      } catch (Exception | Error e) {
        client.fail(e);
        throw e;
      }
    }
  }

  static <T> List<T> results(List<Future<T>> futures) throws Exception {
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get(60, TimeUnit.SECONDS));
    }
    return results;
  }

  static Throwable failure(Future<?> future) throws Exception {
    try {
      future.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return e.getCause();
    }
    throw new AssertionError("the worker did not fail");
  }

  @Override
  public void close() {
    threads.shutdownNow();
    coordinator.close();
  }
}
