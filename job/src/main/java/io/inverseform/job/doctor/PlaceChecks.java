package io.inverseform.job.doctor;

import io.inverseform.job.storage.Locations;
import java.util.List;
import org.apache.spark.util.Utils;

/** Whether the places of a run can be written to, and have room. */
final class PlaceChecks {
  private static final long ROOM = 1L << 30;

  private PlaceChecks() {}

  static List<Check> all(Subject subject) {
    String source = subject.config().data().source();
    return List.of(
        new Check("data.source", () -> source(subject, source)),
        written(subject, "data.table", subject.config().data().table()),
        written(subject, "pretrain.run", subject.config().pretrain().run()),
        written(subject, "run", subject.config().run()));
  }

  private static Check written(Subject subject, String key, String location) {
    return new Check(
        key,
        () -> writable(subject, key, location, ROOM, "set %s to a place with room".formatted(key)));
  }

  private static Verdict source(Subject subject, String location) {
    return new Locations(subject.spark()).exists("data.source", location)
        ? Verdict.ok(location)
        : Verdict.warning(
            "there is nothing at " + location, "set data.source, or run synthesize first");
  }

  /** A folder of this machine for temporary files. */
  static Verdict scratch(Subject subject, String key, String folder) {
    return writable(
        subject, key, "file:" + folder, ROOM, "set %s to a folder with room".formatted(key));
  }

  /**
   * Tries to write.
   *
   * @param needed bytes that should be free
   * @param remedy where they are not
   */
  static Verdict writable(
      Subject subject, String key, String location, long needed, String remedy) {
    long free = new Locations(subject.spark()).tryWriting(key, location);
    if (free == Long.MAX_VALUE) {
      return Verdict.ok(location + " can be written to");
    }
    String found = "%s, %s free".formatted(location, Utils.bytesToString(free));
    return free < needed ? Verdict.warning(found, remedy) : Verdict.ok(found);
  }
}
