package io.inverseform.job.watch;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import scala.collection.JavaConverters;

/**
 * The last step among the driver's metrics in Spark, for all of its sinks. Gauges are of the last
 * step, NaN before the first; counters begin with the training. They stay when a training has
 * ended, until another one begins.
 */
public final class SparkMetrics implements StepListener, Source {
  private static final String NAME = "train";

  private final MetricRegistry registry = new MetricRegistry();
  private final Counter skipped = registry.counter("skipped_steps");
  private final Counter[] sent;
  private final Counter[] received;
  private volatile Step last;

  SparkMetrics(int worldSize) {
    sent = new Counter[worldSize];
    received = new Counter[worldSize];
    gauge("step", Step::step);
    gauge("epoch", Step::epoch);
    gauge("loss", Step::loss);
    gauge("learning_rate", Step::learningRate);
    gauge("images_per_second", Step::imagesPerSecond);
    gauge("step_seconds", Step::seconds);
    gauge("starvation", Step::starvation);
    gauge("slowest_rank", step -> step.slowest().rank());
    gauge("slowest_compute_seconds", step -> step.slowest().compute());
    gauge("stragglers", step -> step.stragglers().size());
    for (int rank = 0; rank < worldSize; rank++) {
      timing(rank, "data_seconds", Timings::data);
      timing(rank, "forward_seconds", Timings::forward);
      timing(rank, "backward_seconds", Timings::backward);
      timing(rank, "exchange_seconds", Timings::exchange);
      timing(rank, "update_seconds", Timings::update);
      sent[rank] = registry.counter(name(rank, "sent_bytes"));
      received[rank] = registry.counter(name(rank, "received_bytes"));
    }
  }

  /** Metrics of a training that begins, in place of those of the one before. */
  public static SparkMetrics register(int worldSize) {
    MetricsSystem system = SparkEnv.get().metricsSystem();
    JavaConverters.seqAsJavaList(system.getSourcesByName(NAME)).forEach(system::removeSource);
    SparkMetrics metrics = new SparkMetrics(worldSize);
    system.registerSource(metrics);
    return metrics;
  }

  private void gauge(String name, ToDoubleFunction<Step> value) {
    registry.register(
        name,
        (Gauge<Double>)
            () -> {
              Step step = last;
              return step == null ? Double.NaN : value.applyAsDouble(step);
            });
  }

  private void timing(int rank, String name, ToDoubleFunction<Timings> value) {
    gauge(name(rank, name), step -> value.applyAsDouble(step.ranks().get(rank).timings()));
  }

  private static String name(int rank, String name) {
    return MetricRegistry.name("rank", Integer.toString(rank), name);
  }

  @Override
  public String sourceName() {
    return NAME;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }

  @Override
  public void onAttempt(int number, long resumeFrom) {}

  @Override
  public void onStep(Step step) {
    if (step.ranks().size() < sent.length) {
      return;
    }
    if (step.skipped()) {
      skipped.inc();
    }
    count(sent, step, Timings::sentBytes);
    count(received, step, Timings::receivedBytes);
    last = step;
  }

  private static void count(Counter[] counters, Step step, ToLongFunction<Timings> bytes) {
    step.ranks().forEach(rank -> counters[rank.rank()].inc(bytes.applyAsLong(rank.timings())));
  }

  @Override
  public void close() {}
}
