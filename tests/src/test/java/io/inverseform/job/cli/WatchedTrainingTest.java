package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.train.MetricsFollower;
import io.inverseform.job.train.Objective;
import io.inverseform.job.train.Segmentation;
import io.inverseform.job.train.Site;
import io.inverseform.job.train.SmallRun;
import io.inverseform.job.train.Training;
import io.inverseform.job.watch.EventFileReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One training in a session as the commands start it, and everything that can be seen of it. */
class WatchedTrainingTest {
  private static final int STEPS = 24;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> PHASES =
      List.of("data", "forward", "backward", "exchange", "update");
  private static final int SLOW_RANK = 1;

  /** Step that does not end before the metrics of the one before were looked at. */
  private static final int HELD = 4;

  private static final CountDownLatch LOOKED = new CountDownLatch(1);
  private static final String SOURCE = "metrics_inverseform_driver_train_";

  private static SparkSession spark;
  private static Path run;
  private static List<JsonNode> steps;
  private static Map<String, Double> during;
  private static Map<String, Double> after;

  @BeforeAll
  static void train(@TempDir Path folder) throws Exception {
    // A session that other tests have left has no user interface.
    SparkSession.builder().master("local[2]").getOrCreate().stop();
    SmallRun small = new SmallRun(folder);
    JobConfig config = small.config("run", "train.epochs=8", "train.trace_steps=2-3");
    SparkConf conf =
        SparkSessions.conf(
            new SparkConf().setMaster("local[2]").set("spark.ui.port", "0"), "train", config, 2);
    spark = SparkSession.builder().config(conf).getOrCreate();
    small.prepare(spark);
    run = Path.of(config.run());
    try (MetricsFollower metrics = new MetricsFollower(run)) {
      CompletableFuture<Training.Outcome> training =
          CompletableFuture.supplyAsync(() -> run(config));
      try {
        metrics.awaitStep(HELD - 1, LIMIT);
        during = scrape();
      } finally {
        LOOKED.countDown();
      }
      training.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    after = scrape();
    steps = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics/attempt-00001.jsonl"))) {
      steps.add(JSON.readTree(line));
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Training.Outcome run(JobConfig config) {
    try {
      return Training.run(spark, config, WatchedTrainingTest::open, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The training's objective; of one rank a slow one. */
  private static Objective<?> open(JobConfig config, Site site) throws IOException {
    Objective<?> objective = new Segmentation.Factory().open(config, site);
    // On one host the ranks are in the order of the partitions.
    if (TaskContext.getPartitionId() != SLOW_RANK) {
      return objective;
    }
    AtomicInteger losses = new AtomicInteger();
    return (Objective<?>)
        Proxy.newProxyInstance(
            Objective.class.getClassLoader(),
            new Class<?>[] {Objective.class},
            (proxy, method, arguments) -> {
              boolean loss = method.getName().equals("loss");
              if (loss && losses.incrementAndGet() == HELD) {
                assertThat(LOOKED.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
              }
              long start = System.nanoTime();
              Object result = method.invoke(objective, arguments);
              if (loss) {
                LockSupport.parkNanos(3 * (System.nanoTime() - start));
              }
              return result;
            });
  }

  private static String host() {
    return spark.sparkContext().conf().get("spark.driver.host");
  }

  /** What Prometheus would see, by name. */
  private static Map<String, Double> scrape() throws Exception {
    URI page = URI.create(spark.sparkContext().uiWebUrl().get() + "/metrics/prometheus/");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer
        .body()
        .lines()
        .filter(line -> line.startsWith(SOURCE))
        .map(line -> line.split("\\{.*} "))
        .collect(
            Collectors.toMap(
                word -> word[0].substring(SOURCE.length()), word -> Double.valueOf(word[1])));
  }

  @Test
  void theMetricsTellHowEveryStepWasSpent() {
    assertThat(steps).hasSize(STEPS);
    for (JsonNode step : steps) {
      JsonNode timings = step.path("timings");
      assertThat(PHASES.stream().mapToDouble(phase -> timings.path(phase).doubleValue()).sum())
          .isCloseTo(step.path("seconds").doubleValue(), within(1e-9));
      assertThat(PHASES)
          .allSatisfy(phase -> assertThat(timings.path(phase).doubleValue()).isPositive());
      assertThat(timings.path("sent_bytes").longValue()).isGreaterThan(100_000);
      JsonNode slowest = step.path("slowest");
      double compute = step.path("seconds").doubleValue() - timings.path("exchange").doubleValue();
      assertThat(slowest.path("rank").intValue()).isBetween(0, 1);
      assertThat(slowest.path("compute").doubleValue()).isGreaterThanOrEqualTo(compute - 1e-9);
      assertThat(slowest.path("host").textValue()).isEqualTo(host());
    }
    assertThat(steps).filteredOn(step -> step.has("validation")).hasSize(4);
  }

  @Test
  void aSlowRankIsNamedAsSoonAsThereAreEnoughSteps() {
    JsonNode slow = steps.get(STEPS - 1).path("stragglers").path(0);
    assertThat(slow.path("rank").intValue()).isEqualTo(SLOW_RANK);
    assertThat(slow.path("factor").doubleValue()).isGreaterThan(1.2);
    assertThat(slow.path("host").textValue()).isEqualTo(host());
    for (JsonNode step : steps) {
      assertThat(step.has("stragglers")).isEqualTo(step.path("step").intValue() >= 20);
    }
  }

  @Test
  void prometheusSeesTheTrainingWhileItRuns() {
    JsonNode step = steps.get(HELD - 2);
    assertThat(during)
        .containsEntry("step_Value", HELD - 1.0)
        .containsEntry("loss_Value", step.path("loss").doubleValue())
        .containsEntry("stragglers_Value", 0.0)
        .containsEntry(
            "rank_0_backward_seconds_Value", step.path("timings").path("backward").doubleValue());
    assertThat(during.get("rank_1_backward_seconds_Value")).isPositive();
    assertThat(during.get("rank_1_sent_bytes_Count"))
        .isPositive()
        .isLessThan(after.get("rank_1_sent_bytes_Count"));
  }

  @Test
  void prometheusSeesWhatTheMetricsSay() {
    JsonNode last = steps.get(STEPS - 1);
    assertThat(after)
        .containsEntry("step_Value", (double) STEPS)
        .containsEntry("epoch_Value", 8.0)
        .containsEntry("loss_Value", last.path("loss").doubleValue())
        .containsEntry("learning_rate_Value", last.path("learning_rate").doubleValue())
        .containsEntry(
            "images_per_second_Value",
            last.path("images").doubleValue() / last.path("seconds").doubleValue())
        .containsEntry("step_seconds_Value", last.path("seconds").doubleValue())
        .containsEntry("slowest_rank_Value", last.path("slowest").path("rank").doubleValue())
        .containsEntry(
            "slowest_compute_seconds_Value", last.path("slowest").path("compute").doubleValue())
        .containsEntry("stragglers_Value", 1.0)
        .containsEntry("skipped_steps_Count", 0.0);
    for (String phase : PHASES) {
      assertThat(after)
          .containsEntry(
              "rank_0_" + phase + "_seconds_Value", last.path("timings").path(phase).doubleValue());
    }
    for (String bytes : List.of("sent_bytes", "received_bytes")) {
      double sum =
          steps.stream().mapToDouble(s -> s.path("timings").path(bytes).doubleValue()).sum();
      assertThat(after).containsEntry("rank_0_" + bytes + "_Count", sum);
    }
  }

  @Test
  void theTracesHaveOneAxisAndTheirPhasesNest() throws Exception {
    Map<String, long[]> first = stepsOf(0);
    Map<String, long[]> second = stepsOf(1);

    assertThat(first).containsOnlyKeys("step 2", "step 3");
    assertThat(second).containsOnlyKeys("step 2", "step 3");
    for (String step : first.keySet()) {
      // Neither rank ends a step before the other has begun it.
      assertThat(first.get(step)[0]).isLessThan(second.get(step)[1]);
      assertThat(second.get(step)[0]).isLessThan(first.get(step)[1]);
    }
    double traced = (first.get("step 2")[1] - first.get("step 2")[0]) / 1e6;
    // The same readings of the clock, in whole microseconds.
    assertThat(traced).isCloseTo(steps.get(1).path("seconds").doubleValue(), within(2e-6));
  }

  /** Begin and end by name; what lies within them is checked. */
  private static Map<String, long[]> stepsOf(int rank) throws IOException {
    JsonNode trace = JSON.readTree(run.resolve("trace-rank-" + rank + ".json").toFile());
    Deque<JsonNode> open = new ArrayDeque<>();
    Map<String, long[]> spans = new HashMap<>();
    List<String> phases = new ArrayList<>();
    Map<Integer, JsonNode> transfers = new HashMap<>();
    List<String> sent = new ArrayList<>();
    long last = 0;
    for (JsonNode event : trace.path("traceEvents")) {
      assertThat(event.path("pid").intValue()).isEqualTo(rank);
      long time = event.path("ts").longValue();
      String name = event.path("name").asText();
      switch (event.path("ph").asText()) {
        case "M" ->
            assertThat(event.path("args").path("name").asText())
                .isIn("rank " + rank + " (" + host() + ")", "worker");
        case "B" -> {
          assertThat(time).isGreaterThanOrEqualTo(last);
          last = time;
          open.push(event);
          if (open.size() == 2) {
            phases.add(name);
          }
        }
        case "E" -> {
          assertThat(time).isGreaterThanOrEqualTo(last);
          last = time;
          JsonNode ended = open.pop();
          if (open.isEmpty()) {
            spans.put(ended.path("name").asText(), new long[] {ended.path("ts").longValue(), time});
          }
        }
        case "b" -> {
          assertThat(event.path("args").path("range").asText()).matches("\\[\\d+, \\d+\\)");
          transfers.put(event.path("id").intValue(), event);
        }
        case "e" -> {
          JsonNode begun = transfers.remove(event.path("id").intValue());
          assertThat(time).isGreaterThanOrEqualTo(begun.path("ts").longValue());
          sent.add(name);
        }
        default -> throw new AssertionError(event);
      }
    }
    assertThat(open).isEmpty();
    assertThat(transfers).isEmpty();
    assertThat(phases)
        .containsExactly(
            "data",
            "forward",
            "backward",
            "exchange",
            "update",
            "data",
            "forward",
            "backward",
            "exchange",
            "update");
    String peer = " to rank " + (1 - rank);
    assertThat(sent).contains("gradient" + peer, "weights" + peer, "sum" + peer);
    return spans;
  }

  @Test
  void tensorBoardsFileHoldsTheScalarsOfTheMetrics() throws Exception {
    List<EventFileReader.Event> events =
        EventFileReader.read(run.resolve("events/attempt-00001.tfevents"));

    assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).session()).isEqualTo(1);
    assertThat(events.get(1).step()).isEqualTo(1);
    assertThat(events).hasSize(2 + STEPS);
    for (int i = 0; i < STEPS; i++) {
      JsonNode step = steps.get(i);
      EventFileReader.Event event = events.get(i + 2);
      assertThat(event.step()).isEqualTo(step.path("step").longValue());
      assertThat(event.wallTime()).isCloseTo(System.currentTimeMillis() / 1e3, within(300.0));
      Map<String, Float> expected = new HashMap<>();
      expected.put("loss", step.path("loss").floatValue());
      expected.put("learning_rate", step.path("learning_rate").floatValue());
      expected.put("starvation", step.path("starvation").floatValue());
      expected.put(
          "images_per_second",
          (float) (step.path("images").doubleValue() / step.path("seconds").doubleValue()));
      PHASES.forEach(
          phase -> expected.put("seconds/" + phase, step.path("timings").path(phase).floatValue()));
      expected.put("seconds/slowest_compute", step.path("slowest").path("compute").floatValue());
      for (String group : List.of("terms", "validation")) {
        step.path(group)
            .fields()
            .forEachRemaining(
                e -> expected.put(group + "/" + e.getKey(), e.getValue().floatValue()));
      }
      assertThat(event.scalars()).isEqualTo(expected);
    }
  }
}
