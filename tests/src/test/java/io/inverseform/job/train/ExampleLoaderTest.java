package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.GlobalSampler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleLoaderTest {
  private static final int BATCH = 2;
  private static final int ACCUMULATE = 5;

  private static ExampleLoader<int[]> loader(
      Objective<int[]> objective, int prefetch, int threads, int timeout) {
    return loader(objective, prefetch, threads, timeout, what -> {});
  }

  private static ExampleLoader<int[]> loader(
      Objective<int[]> objective,
      int prefetch,
      int threads,
      int timeout,
      Consumer<String> requireGoingOn) {
    GlobalSampler sampler =
        new GlobalSampler(objective.epochs(), BATCH * ACCUMULATE, GlobalSampler.Start.NEW);
    return new ExampleLoader<>(
        objective,
        sampler,
        BATCH,
        0,
        1,
        1,
        6,
        new ExampleLoader.Ahead(prefetch, threads),
        timeout,
        requireGoingOn);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void noMoreIsAheadThanSoManyPassesHoweverManyAStepHas(int prefetch) throws IOException {
    Numbers numbers = new Numbers();
    try (ExampleLoader<int[]> loader = loader(numbers, prefetch, 32, 60)) {
      int taken = 0;
      for (int step = 1; step <= 6; step++) {
        ExampleLoader.Loaded<int[]> loaded = loader.next();
        for (int pass = 0; pass < loaded.passes(); pass++) {
          taken += loaded.next().samples().length;
          assertThat(numbers.made.get()).isBetween(taken, taken + prefetch * BATCH);
        }
      }
      assertThat(numbers.made.get()).isEqualTo(taken).isEqualTo(2 * Numbers.SAMPLES);
    }
  }

  @Test
  void theNextPassesAreMadeWhileOneIsAtWork() throws Exception {
    CountDownLatch ahead = new CountDownLatch(BATCH * 4);
    Numbers numbers =
        new Numbers() {
          @Override
          public int[] example(Draw draw, int epoch) throws IOException {
            ahead.countDown();
            return super.example(draw, epoch);
          }
        };
    try (ExampleLoader<int[]> loader = loader(numbers, 3, 2, 60)) {
      loader.next().next();
      assertThat(ahead.await(60, TimeUnit.SECONDS)).as("three passes beside the first").isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void examplesComeInTheSamplersOrderWhateverTheThreads(int threads) throws IOException {
    Numbers numbers = new Numbers();
    GlobalSampler sampler =
        new GlobalSampler(numbers.epochs(), BATCH * ACCUMULATE, GlobalSampler.Start.NEW);
    try (ExampleLoader<int[]> loader = loader(numbers, 4, threads, 60)) {
      for (int step = 1; step <= 6; step++) {
        ExampleLoader.Loaded<int[]> loaded = loader.next();
        List<Integer> samples = new ArrayList<>();
        for (int pass = 0; pass < loaded.passes(); pass++) {
          for (int[] example : loaded.next().examples()) {
            assertThat(example[1]).isEqualTo(loaded.epoch()).isEqualTo((step - 1) / 3);
            samples.add(example[0]);
          }
        }
        assertThat(samples).extracting(s -> s).hasSize(loaded.globalBatch());
        assertThat(samples.stream().mapToInt(s -> s).toArray())
            .isEqualTo(loaded.samples())
            .isEqualTo(List.of(sampler.batch(step)).stream().mapToInt(Draw::sample).toArray());
      }
    }
  }

  /** No example is ever made. */
  private static final class Hanging extends Numbers {
    private final CountDownLatch never = new CountDownLatch(1);

    @Override
    public int[] example(Draw draw, int epoch) throws IOException {
      try {
        never.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return super.example(draw, epoch);
    }
  }

  @Test
  void anAttemptThatHasEndedWaitsForNoSample() {
    Consumer<String> ended =
        what -> {
          throw new IllegalStateException(what + ": gave up");
        };
    try (ExampleLoader<int[]> loader = loader(new Hanging(), 1, 2, 60, ended)) {
      assertThatThrownBy(() -> loader.next().next())
          .hasMessageMatching("rank 0 waits for sample \\d+ to be decoded: gave up");
    }
  }

  @Test
  void aWaitThatTakesTooLongNamesTheSampleAndWhatToDo() {
    try (ExampleLoader<int[]> loader = loader(new Hanging(), 1, 2, 1)) {
      assertThatThrownBy(() -> loader.next().next())
          .hasMessageMatching(
              "rank 0 waited 1 s for sample \\d+ to be decoded: raise train.timeout_seconds or look"
                  + " at this host's disk");
    }
  }

  @Test
  void whatCannotBeMadeIsToldWithItsCause() throws Exception {
    Numbers numbers =
        new Numbers() {
          @Override
          public int[] example(Draw draw, int epoch) {
            throw new IllegalArgumentException("no such class");
          }
        };
    try (ExampleLoader<int[]> loader = loader(numbers, 1, 2, 60)) {
      assertThatThrownBy(() -> loader.next().next())
          .hasMessageMatching(
              "rank 0 cannot prepare sample \\d+: java.lang.IllegalArgumentException: no such class");
    }
  }
}
