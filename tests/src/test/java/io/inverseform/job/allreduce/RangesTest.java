package io.inverseform.job.allreduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangesTest {
  @ParameterizedTest
  @CsvSource({
    "0,1",
    "1,1",
    "1,4",
    "63,2",
    "64,2",
    "65,2",
    "1000,3",
    "35000001,4",
    "2147483647,7",
    "129,256"
  })
  void shardsCoverTheVectorInOrderAlignedAndBalanced(int total, int worldSize) {
    List<FloatRange> shards = Ranges.split(total, worldSize, Ranges.ALIGNMENT);
    assertThat(shards).hasSize(worldSize);
    int end = 0;
    int longest = 0;
    int shortest = Integer.MAX_VALUE;
    for (FloatRange shard : shards) {
      assertThat(shard.offset()).isEqualTo(end);
      assertThat(shard.isEmpty() || shard.offset() % Ranges.ALIGNMENT == 0).isTrue();
      end = shard.end();
      longest = Math.max(longest, shard.length());
      shortest = Math.min(shortest, shard.length());
    }
    assertThat(end).isEqualTo(total);
    assertThat(longest - shortest).isLessThan(2 * Ranges.ALIGNMENT);
  }

  @Test
  void refusesWhatCannotBeSplit() {
    assertThatThrownBy(() -> Ranges.split(10, 0, 64))
        .hasMessage("cannot split 10 floats into 0 shards aligned to 64");
    assertThatThrownBy(() -> new FloatRange(Integer.MAX_VALUE, 1))
        .hasMessageContaining("offset 2147483647, length 1");
  }

  @Test
  void coverageKnowsExactlyWhichFloatsCame() {
    FloatRange whole = new FloatRange(100, 400);
    Coverage coverage = new Coverage(whole);
    BitSet truth = new BitSet();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      FloatRange range = new FloatRange(95 + random.nextInt(405), random.nextInt(12));
      boolean free = truth.get(range.offset(), range.end()).isEmpty();
      boolean full = truth.get(range.offset(), range.end()).cardinality() == range.length();
      assertThat(coverage.contains(range)).isEqualTo(full);
      if (full && !range.isEmpty()) {
        FloatRange around = coverage.around(range);
        assertThat(around.contains(range)).isTrue();
        assertThat(truth.get(around.offset() - 1) || truth.get(around.end())).isFalse();
        assertThat(coverage.ranges()).contains(around);
      }
      if (random.nextInt(3) > 0) {
        boolean expected = free && whole.contains(range);
        assertThat(coverage.add(range)).as("%s", range).isEqualTo(expected);
        if (expected) {
          truth.set(range.offset(), range.end());
        }
      } else if (full) {
        coverage.remove(range);
        truth.clear(range.offset(), range.end());
      }
      assertThat(coverage.missing()).isEqualTo(400 - truth.cardinality());
      if (coverage.isComplete()) {
        coverage.clear();
        truth.clear();
      }
    }
  }
}
