package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import java.util.ArrayList;
import java.util.List;

/**
 * Where classes lie in a split.
 *
 * @param byClass places by train id, in order of samples; none of a class that the split lacks
 */
public record ClassPlaces(List<List<Place>> byClass) {
  /**
   * A class in a tile of a sample.
   *
   * @param sample index in the split
   */
  public record Place(int sample, ClassCentroid centroid) {}

  /** Keeps the lists as they are now. */
  public ClassPlaces {
    byClass = byClass.stream().map(List::copyOf).toList();
  }

  static ClassPlaces of(int classes, List<List<ClassCentroid>> bySample) {
    List<List<Place>> byClass = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      byClass.add(new ArrayList<>());
    }
    for (int sample = 0; sample < bySample.size(); sample++) {
      for (ClassCentroid centroid : bySample.get(sample)) {
        byClass.get(centroid.trainId()).add(new Place(sample, centroid));
      }
    }
    return new ClassPlaces(byClass);
  }
}
