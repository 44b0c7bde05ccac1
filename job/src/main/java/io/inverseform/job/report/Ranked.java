package io.inverseform.job.report;

import io.inverseform.job.evaluate.PictureScore;
import java.util.Comparator;
import java.util.List;

/**
 * A picture worth a look.
 *
 * @param place what it is among the scored ones, such as "worst"
 */
record Ranked(String place, PictureScore score) {
  private static final Comparator<PictureScore> BY_IOU =
      Comparator.comparingDouble(PictureScore::meanIou).thenComparing(PictureScore::sampleId);

  /**
   * The worst, median and best pictures by mIoU, equal ones by sample id. Of two pictures none is
   * the median, and one alone is just that. Pictures that are wholly ignored have no place.
   */
  static List<Ranked> of(List<PictureScore> pictures) {
    List<PictureScore> sorted =
        pictures.stream().filter(p -> !Double.isNaN(p.meanIou())).sorted(BY_IOU).toList();
    int n = sorted.size();
    return switch (n) {
      case 0 -> List.of();
      case 1 -> List.of(new Ranked("only picture", sorted.get(0)));
      case 2 -> List.of(new Ranked("worst", sorted.get(0)), new Ranked("best", sorted.get(1)));
      default ->
          List.of(
              new Ranked("worst", sorted.get(0)),
              new Ranked("median", sorted.get((n - 1) / 2)),
              new Ranked("best", sorted.get(n - 1)));
    };
  }
}
