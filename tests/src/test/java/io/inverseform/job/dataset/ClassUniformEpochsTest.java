package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.ClassUniformConfig;
import io.inverseform.job.config.ConfigException;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.ClassCentroid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassUniformEpochsTest {
  private static final int SIZE = 200;

  /** Class 0 is everywhere, class 1 in every tenth sample, class 2 in three, class 3 nowhere. */
  private static final ClassPlaces PLACES =
      ClassPlaces.of(
          4,
          IntStream.range(0, SIZE)
              .mapToObj(
                  sample -> {
                    List<ClassCentroid> centroids = new ArrayList<>();
                    centroids.add(new ClassCentroid(0, 0, 0, sample, 1));
                    if (sample % 10 == 0) {
                      centroids.add(new ClassCentroid(1, 0, 0, sample, 2));
                    }
                    if (sample >= 50 && sample < 53) {
                      centroids.add(new ClassCentroid(2, 1, 0, sample, 3));
                    }
                    return centroids;
                  })
              .toList());

  private static ClassUniformEpochs epochs(double share, Double... weights) {
    return new ClassUniformEpochs(7, SIZE, share, List.of(weights), PLACES);
  }

  private static int[] counts(Draw[] draws) {
    int[] counts = new int[4];
    Arrays.stream(draws)
        .filter(draw -> draw.focus() != null)
        .forEach(draw -> counts[draw.focus().trainId()]++);
    return counts;
  }

  @Test
  void aShareOfTheEpochIsDrawnEquallyByClass() {
    Draw[] draws = epochs(0.45, 1.0, 1.0, 1.0, 1.0).of(3);

    assertThat(draws).hasSize(SIZE);
    assertThat(counts(draws)).containsExactly(30, 30, 30, 0);
    assertThat(Arrays.stream(draws).filter(draw -> draw.focus() != null))
        .allMatch(draw -> draw.focus().x() == draw.sample());
    int[] others =
        Arrays.stream(draws).filter(draw -> draw.focus() == null).mapToInt(Draw::sample).toArray();
    assertThat(others).hasSize(110).doesNotHaveDuplicates();
  }

  @Test
  void aBiasMakesAClassMoreFrequent() {
    assertThat(counts(epochs(0.5, 1.0, 3.0, 0.0, 1.0).of(0))).containsExactly(25, 75, 0, 0);
  }

  @Test
  void placesOfAClassTakeTurns() {
    Draw[] draws = epochs(1, 1.0, 1.0, 1.0, 1.0).of(5);
    Map<Integer, Integer> ofClassTwo = new HashMap<>();
    Arrays.stream(draws)
        .filter(draw -> draw.focus().trainId() == 2)
        .forEach(draw -> ofClassTwo.merge(draw.sample(), 1, Integer::sum));
    assertThat(ofClassTwo.keySet()).containsExactlyInAnyOrder(50, 51, 52);
    assertThat(ofClassTwo.values()).allMatch(times -> times == 22 || times == 23);
  }

  @Test
  void aSamplesTurnsInAnEpochAreCounted() {
    Map<Integer, Integer> turns = new HashMap<>();
    for (Draw draw : epochs(1, 1.0, 1.0, 1.0, 1.0).of(1)) {
      assertThat(draw.turn()).isEqualTo(turns.getOrDefault(draw.sample(), 0));
      turns.merge(draw.sample(), 1, Integer::sum);
    }
    assertThat(turns.get(50)).isGreaterThan(20);
  }

  @Test
  void epochsDifferAndRepeatThemselves() {
    ClassUniformEpochs epochs = epochs(0.5, 1.0, 1.0, 1.0, 1.0);
    assertThat(epochs.of(2)).isEqualTo(epochs(0.5, 1.0, 1.0, 1.0, 1.0).of(2));
    assertThat(epochs.of(2)).isNotEqualTo(epochs.of(3));
  }

  @Test
  void weightsComeByNameAndUnknownNamesAreRefused() {
    ClassCatalogue classes = ClassCatalogue.cityscapes();
    assertThat(
            ClassUniformEpochs.weights(new ClassUniformConfig(0.5, Map.of("rider", 2.0)), classes))
        .hasSize(19)
        .element(12)
        .isEqualTo(2.0);
    assertThatThrownBy(
            () ->
                ClassUniformEpochs.weights(
                    new ClassUniformConfig(0.5, Map.of("ridder", 2.0)), classes))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "'data.class_uniform.bias' names the class 'ridder', which the sample table lacks; did"
                + " you mean 'rider'?");
    assertThatThrownBy(() -> new ClassUniformConfig(0, Map.of("rider", 2.0)))
        .hasMessageContaining("'bias' must be empty while 'share' is 0");
    assertThatThrownBy(() -> epochs(0.5, 0.0, 0.0, 0.0, 1.0))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "'data.class_uniform.bias' is 0 for every class that the split has, factors by train id are"
                + " [0.0, 0.0, 0.0, 1.0]: give one of them a factor above 0, or set"
                + " data.class_uniform.share to 0");
  }
}
