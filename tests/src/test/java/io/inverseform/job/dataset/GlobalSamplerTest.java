package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GlobalSamplerTest {
  @Test
  void everySampleOccursOncePerEpoch() {
    GlobalSampler sampler = new GlobalSampler(3, 103, 8);
    for (int epoch = 0; epoch < 5; epoch++) {
      int e = epoch;
      int[] seen =
          IntStream.range(0, sampler.stepsPerEpoch())
              .flatMap(step -> Arrays.stream(sampler.batch(e, step)))
              .sorted()
              .toArray();
      assertThat(seen).isEqualTo(IntStream.range(0, 103).toArray());
    }
  }

  @Test
  void sharesInOrderOfRanksAreTheGlobalBatch() {
    GlobalSampler sampler = new GlobalSampler(3, 103, 8);
    for (int world = 1; world <= 11; world++) {
      for (int step = 0; step < sampler.stepsPerEpoch(); step++) {
        int w = world;
        int s = step;
        int[][] shares =
            IntStream.range(0, w)
                .mapToObj(rank -> sampler.share(2, s, rank, w))
                .toArray(int[][]::new);
        assertThat(Arrays.stream(shares).flatMapToInt(Arrays::stream).toArray())
            .isEqualTo(sampler.batch(2, step));
        int[] sizes = Arrays.stream(shares).mapToInt(share -> share.length).sorted().toArray();
        assertThat(sizes[w - 1] - sizes[0]).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void lastBatchIsShort() {
    GlobalSampler sampler = new GlobalSampler(3, 103, 8);
    assertThat(sampler.stepsPerEpoch()).isEqualTo(13);
    assertThat(sampler.batch(0, 12)).hasSize(7);
    assertThat(new GlobalSampler(3, 5, 8).batch(0, 0)).hasSize(5);
    assertThat(new GlobalSampler(3, 5, 8).share(0, 0, 7, 8)).hasSize(1);
    assertThat(new GlobalSampler(3, 5, 8).share(0, 0, 0, 8)).isEmpty();
  }

  @Test
  void epochsAndSeedsHaveOrdersOfTheirOwn() {
    int[] first = new GlobalSampler(3, 50, 50).batch(0, 0);
    assertThat(new GlobalSampler(3, 50, 50).batch(0, 0)).isEqualTo(first);
    assertThat(new GlobalSampler(3, 50, 50).batch(1, 0)).isNotEqualTo(first);
    assertThat(new GlobalSampler(4, 50, 50).batch(0, 0)).isNotEqualTo(first);
  }

  @Test
  void orderDoesNotDependOnTheBatch() {
    GlobalSampler whole = new GlobalSampler(3, 50, 50);
    GlobalSampler steps = new GlobalSampler(3, 50, 10);
    assertThat(steps.batch(1, 2)).isEqualTo(Arrays.copyOfRange(whole.batch(1, 0), 20, 30));
  }

  @Test
  void refusesWhatDoesNotExist() {
    GlobalSampler sampler = new GlobalSampler(3, 10, 4);
    assertThatThrownBy(() -> sampler.batch(0, 3)).hasMessage("no step 3 in epoch 0 of 3 steps");
    assertThatThrownBy(() -> sampler.share(0, 0, 2, 2)).hasMessage("no rank 2 in a world of 2");
    assertThatThrownBy(() -> new GlobalSampler(3, 0, 4))
        .hasMessage("a sampler needs samples and a batch, has 0 and 4");
  }
}
