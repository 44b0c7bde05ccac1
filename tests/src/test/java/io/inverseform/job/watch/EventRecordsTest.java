package io.inverseform.job.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventRecordsTest {
  @Test
  void theFirstRecordIsThatOfEveryEventFile() {
    assertThat(EventRecords.version(0))
        .startsWith(HexFormat.of().parseHex("1a00000000000000"))
        .containsSequence("brain.Event:2".getBytes(StandardCharsets.US_ASCII));
    assertThat(EventFileReader.read(EventRecords.version(12.5)))
        .containsExactly(new EventFileReader.Event(12.5, 0, "brain.Event:2", 0, Map.of()));
  }

  @Test
  void largeStepsAndUnusualValuesAreKept() {
    Map<String, Double> values =
        Map.of("a/ä", -1e-30, "nan", Double.NaN, "large", 1e300, "x".repeat(300), 2.0);

    EventFileReader.Event event =
        EventFileReader.read(EventRecords.scalars(1.7e9, 1L << 40, values)).get(0);

    assertThat(event.step()).isEqualTo(1L << 40);
    assertThat(event.wallTime()).isEqualTo(1.7e9);
    assertThat(event.scalars())
        .isEqualTo(
            Map.of(
                "a/ä",
                -1e-30f,
                "nan",
                Float.NaN,
                "large",
                Float.POSITIVE_INFINITY,
                "x".repeat(300),
                2f));
  }

  @Test
  void aStartTellsTheStepThatIsDoneAgain() {
    assertThat(EventFileReader.read(EventRecords.start(3, 8)))
        .containsExactly(new EventFileReader.Event(3, 8, null, 1, Map.of()));
  }
}
