package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.dataset.GlobalSampler.Start;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobalSamplerTest {
  private static GlobalSampler sampler(int size, int batch) {
    return new GlobalSampler(new UniformEpochs(3, size), batch, Start.NEW);
  }

  private static int[] samples(GlobalSampler sampler, long first, long last) {
    return LongStream.rangeClosed(first, last)
        .boxed()
        .flatMap(step -> Arrays.stream(sampler.batch(step)))
        .mapToInt(Draw::sample)
        .toArray();
  }

  @Test
  void everySampleOccursOncePerEpoch() {
    GlobalSampler sampler = sampler(103, 8);
    for (int epoch = 0; epoch < 5; epoch++) {
      int[] seen = samples(sampler, epoch * 13 + 1, epoch * 13 + 13);
      assertThat(Arrays.stream(seen).sorted().toArray())
          .isEqualTo(IntStream.range(0, 103).toArray());
    }
  }

  @Test
  void sharesInOrderOfRanksAreTheGlobalBatch() {
    GlobalSampler sampler = sampler(103, 8);
    for (int world = 1; world <= 11; world++) {
      for (long step = 27; step <= 39; step++) {
        List<Draw> all = new ArrayList<>();
        int[] sizes = new int[world];
        for (int rank = 0; rank < world; rank++) {
          Draw[] share = sampler.share(step, rank, world);
          sizes[rank] = share.length;
          all.addAll(List.of(share));
        }
        assertThat(all).containsExactly(sampler.batch(step));
        Arrays.sort(sizes);
        assertThat(sizes[world - 1] - sizes[0]).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void theLastBatchOfAnEpochIsShort() {
    GlobalSampler sampler = sampler(103, 8);
    assertThat(sampler.stepsPerEpoch()).isEqualTo(13);
    assertThat(sampler.batch(13)).hasSize(7);
    assertThat(sampler.completes(12)).isZero();
    assertThat(sampler.completes(13)).isEqualTo(1);
    assertThat(sampler.completes(26)).isEqualTo(2);
    assertThat(sampler.epoch(14)).isEqualTo(1);
    assertThat(sampler.seen(14)).isEqualTo(111);
    assertThat(sampler.lastStep(4)).isEqualTo(52);
    assertThat(sampler(5, 8).batch(1)).hasSize(5);
    assertThat(sampler(5, 8).share(1, 7, 8)).hasSize(1);
    assertThat(sampler(5, 8).share(1, 0, 8)).isEmpty();
  }

  /** Also where the number of workers, and with it the global batch, has changed. */
  @ParameterizedTest
  @CsvSource({"5, 8", "5, 3", "13, 8", "13, 20", "14, 8", "20, 5", "20, 103", "20, 200", "26, 7"})
  void aTrainingThatGoesOnSeesWhatIsLeftOnce(long stopped, int batch) {
    GlobalSampler before = sampler(103, 8);
    GlobalSampler after =
        new GlobalSampler(
            new UniformEpochs(3, 103), batch, new Start(stopped, before.seen(stopped)));

    int[] seen = samples(before, 1, stopped);
    int[] left = samples(after, stopped + 1, after.lastStep(3));

    int[] all = IntStream.concat(Arrays.stream(seen), Arrays.stream(left)).toArray();
    assertThat(all).isEqualTo(samples(before, 1, 39));
    assertThat(after.seen(after.lastStep(3))).isEqualTo(3 * 103);
    assertThat(after.completes(after.lastStep(3))).isEqualTo(3);
    assertThat(after.seen(stopped)).isEqualTo(before.seen(stopped));
    if (batch == 8) {
      assertThat(after.lastStep(3)).isEqualTo(before.lastStep(3));
    }
  }

  @Test
  void epochsAndSeedsHaveOrdersOfTheirOwn() {
    int[] first = samples(sampler(50, 50), 1, 1);
    assertThat(samples(sampler(50, 50), 1, 1)).isEqualTo(first);
    assertThat(samples(sampler(50, 50), 2, 2)).isNotEqualTo(first);
    GlobalSampler other = new GlobalSampler(new UniformEpochs(4, 50), 50, Start.NEW);
    assertThat(samples(other, 1, 1)).isNotEqualTo(first);
  }

  @Test
  void refusesWhatDoesNotExist() {
    GlobalSampler sampler = new GlobalSampler(new UniformEpochs(3, 10), 4, new Start(2, 8));
    assertThatThrownBy(() -> sampler.batch(2))
        .hasMessage("no step 2: the training goes on behind step 2");
    assertThatThrownBy(() -> sampler.share(3, 2, 2)).hasMessage("no rank 2 in a world of 2");
    assertThatThrownBy(() -> new UniformEpochs(3, 0))
        .hasMessage("epochs need samples, there are 0");
    assertThatThrownBy(() -> sampler(5, 0)).hasMessage("a step needs at least 1 sample, not 0");
  }
}
