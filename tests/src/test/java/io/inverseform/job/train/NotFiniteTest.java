package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NotFiniteTest {
  /** As a report to the driver can be. */
  private static final int MOST_BYTES = 1 << 17;

  private static String described(int ranks, String idBegins) throws IOException {
    List<NotFinite> all = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int first = 20 * rank;
      all.add(new NotFinite(rank, List.of("ce"), "", IntStream.range(first, first + 20).toArray()));
    }
    return NotFinite.describe(
        all,
        new Numbers() {
          @Override
          public String sampleId(int sample) {
            return idBegins + sample;
          }
        });
  }

  @Test
  void fewRanksAreAllTold() throws IOException {
    assertThat(described(2, "s"))
        .isEqualTo(
            "rank 0: loss ce not finite, with samples s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10,"
                + " s11, s12, s13, s14, s15 and 4 more; rank 1: loss ce not finite, with samples"
                + " s20, s21, s22, s23, s24, s25, s26, s27, s28, s29, s30, s31, s32, s33, s34, s35"
                + " and 4 more");
    assertThat(described(8, "s")).contains("; rank 7: ").endsWith("and 4 more");
  }

  @Test
  void ofManyRanksTheFirstAreToldSoThatAReportCanHoldThem() throws IOException {
    assertThat(described(512, "a".repeat(255) + "/"))
        .contains("; rank 7: loss ce not finite, with samples ")
        .doesNotContain("rank 8")
        .endsWith(" and 4 more; and 504 more ranks")
        .hasSizeLessThan(MOST_BYTES);
  }
}
